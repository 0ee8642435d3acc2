"""Writes an ACT checkpoint with random weights from a seed, by LeRobot itself, as lerobot-train would leave it.

    python conformance/make_policy_random.py OUT [--seed 1] [--cameras top:320x240,wrist:320x240] [--chunk 20]
                                             [--KEY VALUE ...]

OUT becomes the folder `pretrained_model`; KEY is any field of LeRobot's ACTConfig that is a number or a word. Weights
are random in the way that a trained network's are not zero: frozen batch norms too, whose fresh values would hide a
wrong folding. Normalisation is that of a plausible SO-101 dataset, images with ImageNet's figures, as in training.
"""

import argparse
import json
from pathlib import Path

from lerobot_judge import quiet  # noqa: F401  (first: it sets the environment)

import torch

JOINTS = 6
SMALL = {
    "chunk_size": 20,
    "n_action_steps": 20,
    "dim_model": 64,
    "n_heads": 4,
    "dim_feedforward": 128,
    "n_encoder_layers": 2,
    "n_vae_encoder_layers": 2,
    "latent_dim": 8,
}
# Degrees, gripper 0..100: about where a pick and place moves.
STATE_MEAN = [2.0, -35.0, 40.0, 55.0, -5.0, 22.0]
STATE_STD = [24.0, 31.0, 27.0, 18.0, 33.0, 19.0]
IMAGE_MEAN = [0.485, 0.456, 0.406]
IMAGE_STD = [0.229, 0.224, 0.225]


def statistics(cameras: dict[str, tuple[int, int]], joints: int = JOINTS) -> dict[str, dict[str, torch.Tensor]]:
    def vector(values: list[float]) -> torch.Tensor:
        return torch.tensor([values[number % len(values)] for number in range(joints)])

    mean, std = vector(STATE_MEAN), vector(STATE_STD)
    spread = {"min": mean - 3 * std, "max": mean + 3 * std, "q01": mean - 2 * std, "q99": mean + 2 * std}
    spread |= {"q10": mean - std, "q90": mean + std}
    stats = {
        "observation.state": {"mean": mean, "std": std, **spread},
        "action": {"mean": mean + 0.5, "std": std * 1.1, **spread},
    }
    for camera in cameras:
        mean, std = torch.tensor(IMAGE_MEAN).reshape(3, 1, 1), torch.tensor(IMAGE_STD).reshape(3, 1, 1)
        spread = {"min": torch.zeros(3, 1, 1), "max": torch.ones(3, 1, 1)}
        stats[f"observation.images.{camera}"] = {"mean": mean, "std": std, **spread}
    return stats


def shake(policy: torch.nn.Module) -> None:
    """Random values where a fresh network has zeros and ones."""
    with torch.no_grad():
        for name, value in [*policy.named_parameters(), *policy.named_buffers()]:
            if name.endswith("running_var"):
                value.uniform_(0.5, 2.0)
            elif name.endswith("running_mean") or (name.endswith("bias") and value.dim() == 1):
                value.normal_(0, 0.05)
            elif ".bn" in name or "downsample.1" in name or ".norm" in name:
                value.uniform_(0.6, 1.2)


def make(
    folder: Path,
    seed: int = 1,
    cameras: dict[str, tuple[int, int]] | None = None,
    joints: int = JOINTS,
    stats: dict | None = None,
    rename_map: dict[str, str] | None = None,
    **settings: object,
) -> Path:
    """Returns `folder`, filled as `pretrained_model`. `cameras`: name to (width, height)."""
    from lerobot.configs.types import FeatureType, PolicyFeature
    from lerobot.policies.act.configuration_act import ACTConfig
    from lerobot.policies.act.modeling_act import ACTPolicy
    from lerobot.policies.act.processor_act import make_act_pre_post_processors

    cameras = cameras or {"top": (320, 240), "wrist": (320, 240)}
    inputs = {"observation.state": PolicyFeature(type=FeatureType.STATE, shape=(joints,))}
    for name, (width, height) in cameras.items():
        inputs[f"observation.images.{name}"] = PolicyFeature(type=FeatureType.VISUAL, shape=(3, height, width))
    torch.manual_seed(seed)
    config = ACTConfig(
        input_features=inputs,
        output_features={"action": PolicyFeature(type=FeatureType.ACTION, shape=(joints,))},
        device="cpu",
        push_to_hub=False,
        **{**SMALL, "pretrained_backbone_weights": None, **settings},
    )
    policy = ACTPolicy(config)
    shake(policy)
    policy.save_pretrained(folder)
    stats = stats or statistics(cameras, joints)
    pre, post = make_act_pre_post_processors(config, stats)
    for step in pre.steps:
        if rename_map and hasattr(step, "rename_map"):
            step.rename_map = rename_map
    pre.save_pretrained(folder, config_filename="policy_preprocessor.json")
    post.save_pretrained(folder, config_filename="policy_postprocessor.json")
    return folder


def value_of(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return text


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cameras", default="top:320x240,wrist:320x240")
    parser.add_argument("--chunk", type=int, default=20)
    given, rest = parser.parse_known_args()
    cameras = {}
    for part in given.cameras.split(","):
        name, _, size = part.partition(":")
        width, height = size.split("x")
        cameras[name] = (int(width), int(height))
    settings = {key.removeprefix("--"): value_of(value) for key, value in zip(rest[::2], rest[1::2], strict=True)}
    settings = {"chunk_size": given.chunk, "n_action_steps": given.chunk, **settings}
    make(given.out, given.seed, cameras, **settings)


if __name__ == "__main__":
    main()
