"""The network of the bundled policy: two small pictures and six joint positions in, ten joint targets out.

Per camera: non-overlapping patches -> a small MLP per patch -> K attention maps over the patches -> for each map the expected
place (x, y) and a few expected values ("keypoints"). All keypoints and the joints -> an MLP -> the chunk. Matrix products
only: no convolution, no self-attention, so that it trains on two processor cores and in a tab. Knows tensors; no file.

Normalisation is a part of the network: inputs and outputs are what the package's contract says (RGB 0..1, degrees, percent).
"""

from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional as F


@dataclass(frozen=True)
class Shape:
    """Everything that decides the size of the network."""

    cameras: tuple[str, ...] = ("top", "wrist")
    size_px: int = 48
    patch_px: int = 6
    width: int = 64
    keypoints: int = 16
    values: int = 4
    hidden: int = 256
    joints: int = 6
    chunk: int = 10

    @property
    def grid(self) -> int:
        return self.size_px // self.patch_px

    @property
    def patches(self) -> int:
        return self.grid * self.grid

    @property
    def patch_values(self) -> int:
        return 3 * self.patch_px * self.patch_px


def to_patches(images: torch.Tensor, patch_px: int) -> torch.Tensor:
    """[B, 3, H, W] -> [B, patches, 3 * patch_px * patch_px]."""
    batch, _, height, width = images.shape
    rows, columns = height // patch_px, width // patch_px
    tiles = images.reshape(batch, 3, rows, patch_px, columns, patch_px)
    return tiles.permute(0, 2, 4, 1, 3, 5).reshape(batch, rows * columns, 3 * patch_px * patch_px)


class Eye(nn.Module):
    """Patches of one camera -> keypoints [B, K * (2 + values)]."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.keypoints, self.features = shape.keypoints, 2 + shape.values
        self.embed = nn.Linear(shape.patch_values, shape.width)
        self.position = nn.Parameter(0.02 * torch.randn(shape.patches, shape.width))
        self.mix = nn.Linear(shape.width, shape.width)
        self.attend = nn.Linear(shape.width, shape.keypoints)
        self.offer = nn.Linear(shape.width, shape.keypoints * self.features)
        line = torch.linspace(-1, 1, shape.grid)
        places = torch.zeros(shape.patches, 1, self.features)
        places[:, 0, 0] = line.repeat(shape.grid)
        places[:, 0, 1] = line.repeat_interleave(shape.grid)
        # Every keypoint of a patch starts at the patch's own place: [patches, K * features].
        self.register_buffer("places", places.expand(-1, shape.keypoints, -1).reshape(shape.patches, -1).clone())

    def forward(self, patches: torch.Tensor) -> torch.Tensor:
        h = F.relu(self.embed(patches) + self.position)
        h = h + F.relu(self.mix(h))
        weights = F.softmax(self.attend(h), dim=1)
        offers = self.offer(h) + self.places
        batch, count, _ = offers.shape
        split = offers.view(batch, count, self.keypoints, self.features)
        return (weights[..., None] * split).sum(1).flatten(1)


class Policy(nn.Module):
    """See the module's text. `forward` works in normalised numbers, `act` in the contract's."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.eyes = nn.ModuleDict({name: Eye(shape) for name in shape.cameras})
        seen = len(shape.cameras) * shape.keypoints * (2 + shape.values)
        self.plan = nn.ModuleList(
            [
                nn.Linear(seen + shape.joints, shape.hidden),
                nn.Linear(shape.hidden, shape.hidden),
                nn.Linear(shape.hidden, shape.chunk * shape.joints),
            ]
        )
        for name in ("state_mean", "state_std", "action_mean", "action_std"):
            self.register_buffer(name, torch.zeros(shape.joints))
        # The arm's joints are answered relative to where they stand, the gripper (last) as it is to be.
        relative = torch.ones(shape.joints)
        relative[-1] = 0
        self.register_buffer("relative", relative)

    def forward(self, patches: list[torch.Tensor], state: torch.Tensor) -> torch.Tensor:
        """patches per camera [B, patches, values] in -1..1, state normalised -> normalised chunk [B, chunk, joints]."""
        seen = [eye(x) for eye, x in zip(self.eyes.values(), patches, strict=True)]
        h = torch.cat([*seen, state], dim=1)
        h = F.relu(self.plan[0](h))
        h = F.relu(self.plan[1](h))
        return self.plan[2](h).view(-1, self.shape.chunk, self.shape.joints)

    def act(self, images: list[torch.Tensor], state: torch.Tensor) -> torch.Tensor:
        """images per camera [B, 3, H, W] 0..1, state [B, joints] dataset units -> actions [B, chunk, joints] dataset units."""
        patches = [to_patches(image * 2 - 1, self.shape.patch_px) for image in images]
        chunk = self(patches, (state - self.state_mean) / self.state_std)
        return chunk * self.action_std + self.action_mean + (state * self.relative)[:, None]
