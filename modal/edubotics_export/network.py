"""ACT as it runs on a robot: what LeRobot's `ACT.forward` computes for one observation, constants computed once.

Knows LeRobot's module names (`lerobot/policies/act/modeling_act.py`, 0.6.1) and takes their weights. Leaves out what
only training needs. What differs from LeRobot, and why the numbers do not:
- Batch norms are frozen, so each is folded into the convolution before it.
- One observation at a time: tokens are the rows of a matrix, which exports to one Gemm per linear layer.
- Cameras of one size go through the backbone as one batch. Cameras of different sizes are grouped; the order of the
  tokens then changes together with their positions, and attention does not care about order.
- The latent is zero, the decoder starts from zeros: latent token, position embeddings and the decoder's first
  self-attention do not depend on the observation and are constants.
"""

import copy
import math
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn

from .checkpoint import Camera, Checkpoint
from .normalise import Into, OutOf, find_step, into, out_of


def fold(conv: nn.Conv2d, norm: Any) -> nn.Conv2d:
    """A convolution that does what `conv` and the frozen `norm` after it do. Computed in float64."""
    scale = norm.weight.double() / torch.sqrt(norm.running_var.double() + norm.eps)
    bias = norm.bias.double() - norm.running_mean.double() * scale
    if conv.bias is not None:
        bias = bias + conv.bias.double() * scale
    folded = nn.Conv2d(
        conv.in_channels, conv.out_channels, conv.kernel_size, conv.stride, conv.padding, conv.dilation, conv.groups
    )
    folded.weight = nn.Parameter((conv.weight.double() * scale.reshape(-1, 1, 1, 1)).float())
    folded.bias = nn.Parameter(bias.float())
    return folded


class Block(nn.Module):
    """One residual block of a ResNet (two or three convolutions) after folding."""

    def __init__(self, block: Any) -> None:
        super().__init__()
        numbers = [number for number in (1, 2, 3) if hasattr(block, f"conv{number}")]
        self.convs = nn.ModuleList(fold(getattr(block, f"conv{n}"), getattr(block, f"bn{n}")) for n in numbers)
        self.short = None if block.downsample is None else fold(block.downsample[0], block.downsample[1])

    def forward(self, x: Tensor) -> Tensor:
        y = x
        for number, conv in enumerate(self.convs):
            y = conv(y)
            if number + 1 < len(self.convs):
                y = torch.relu(y)
        return torch.relu(y + (x if self.short is None else self.short(x)))


class Backbone(nn.Module):
    """A torchvision ResNet up to layer4, and LeRobot's projection to the transformer's width."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        parts = model.backbone
        self.first = fold(parts["conv1"], parts["bn1"])
        self.pool = parts["maxpool"]
        self.blocks = nn.ModuleList(
            Block(block) for layer in ("layer1", "layer2", "layer3", "layer4") for block in parts[layer]
        )
        self.project = model.encoder_img_feat_input_proj

    def forward(self, x: Tensor) -> Tensor:
        """[cameras, 3, height, width] to [cameras, dim, rows, columns]."""
        x = self.pool(torch.relu(self.first(x)))
        for block in self.blocks:
            x = block(x)
        return self.project(x)


class Attention(nn.Module):
    """Multi-head attention over rows of a matrix, with the scale inside the query's weights."""

    def __init__(self, attention: nn.MultiheadAttention) -> None:
        super().__init__()
        self.heads, self.width = attention.num_heads, attention.embed_dim
        scale = 1 / math.sqrt(self.width // self.heads)
        weights = attention.in_proj_weight.detach().double().split(self.width)
        biases = attention.in_proj_bias.detach().double().split(self.width)
        factors = (scale, 1.0, 1.0)
        self.query, self.key, self.value = (
            linear(w * f, b * f) for w, b, f in zip(weights, biases, factors, strict=True)
        )
        self.out = attention.out_proj

    def split(self, x: Tensor) -> Tensor:
        return x.reshape(x.shape[0], self.heads, self.width // self.heads)

    def queries(self, x: Tensor) -> Tensor:
        """[rows, width] to [heads, rows, width of a head]."""
        return self.split(self.query(x)).permute(1, 0, 2)

    def attend(self, queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
        k = self.split(self.key(keys)).permute(1, 2, 0)
        v = self.split(self.value(values)).permute(1, 0, 2)
        mixed = torch.softmax(queries @ k, dim=-1) @ v
        return self.out(mixed.permute(1, 0, 2).reshape(queries.shape[1], self.width))


def linear(weight: Tensor, bias: Tensor) -> nn.Linear:
    layer = nn.Linear(weight.shape[1], weight.shape[0])
    layer.weight, layer.bias = nn.Parameter(weight.float()), nn.Parameter(bias.float())
    return layer


class EncoderLayer(nn.Module):
    def __init__(self, layer: Any) -> None:
        super().__init__()
        self.layer, self.attention = layer, Attention(layer.self_attn)
        layer.self_attn = None

    def forward(self, x: Tensor, positions: Tensor) -> Tensor:
        own, skip = self.layer, x
        if own.pre_norm:
            x = own.norm1(x)
        q = x + positions
        x = skip + self.attention.attend(self.attention.queries(q), q, x)
        if own.pre_norm:
            return x + own.linear2(own.activation(own.linear1(own.norm2(x))))
        x = own.norm1(x)
        return own.norm2(x + own.linear2(own.activation(own.linear1(x))))


class DecoderLayer(nn.Module):
    def __init__(self, layer: Any) -> None:
        super().__init__()
        self.layer, self.own, self.cross = layer, Attention(layer.self_attn), Attention(layer.multihead_attn)
        layer.self_attn = layer.multihead_attn = None

    def before(self, x: Tensor, positions: Tensor) -> tuple[Tensor, Tensor]:
        """Up to where the observation comes in: (what goes round the cross-attention, its queries)."""
        own, skip = self.layer, x
        if own.pre_norm:
            x = own.norm1(x)
        q = x + positions
        x = skip + self.own.attend(self.own.queries(q), q, x)
        skip = x if own.pre_norm else own.norm1(x)
        x = own.norm2(x) if own.pre_norm else skip
        return skip, self.cross.queries(x + positions)

    def after(self, skip: Tensor, queries: Tensor, keys: Tensor, memory: Tensor) -> Tensor:
        own = self.layer
        x = skip + self.cross.attend(queries, keys, memory)
        if own.pre_norm:
            return x + own.linear2(own.activation(own.linear1(own.norm3(x))))
        x = own.norm2(x)
        return own.norm3(x + own.linear2(own.activation(own.linear1(x))))


def cat_or_one(values: list[Tensor]) -> Tensor:
    """One value for all cameras where they agree (ImageNet's figures, usually), else one per camera."""
    if all(torch.equal(value, values[0]) for value in values):
        return values[0].unsqueeze(0)
    return torch.stack(values)


class Group(nn.Module):
    """Cameras of one size: normalised and seen by the backbone as one batch."""

    def __init__(self, numbers: list[int], normalisations: list[Into]) -> None:
        super().__init__()
        self.numbers = numbers
        self.register_buffer("centre", cat_or_one([each.centre for each in normalisations]))
        self.register_buffer("width", cat_or_one([each.width for each in normalisations]))
        shifts = [torch.full((1, 1, 1), each.shift) for each in normalisations]
        self.is_shifted = any(each.shift != 0 for each in normalisations)
        self.register_buffer("shift", cat_or_one(shifts))

    def forward(self, images: tuple[Tensor, ...], backbone: Backbone) -> Tensor:
        chosen = [images[number] for number in self.numbers]
        pictures = chosen[0] if len(chosen) == 1 else torch.cat(chosen)
        pictures = (pictures - self.centre) / self.width
        if self.is_shifted:
            pictures = pictures + self.shift
        features = backbone(pictures)
        return features.permute(0, 2, 3, 1).reshape(-1, features.shape[1])


class RobotAct(nn.Module):
    """(state [1, N], one image [1, 3, H, W] per camera) to the chunk [1, chunk_size, N], all in dataset units."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        super().__init__()
        from lerobot.configs.types import FeatureType

        model, config = checkpoint.policy.model, checkpoint.policy.config
        pre = find_step(checkpoint.preprocessor, "normalizer_processor")
        post = find_step(checkpoint.postprocessor, "unnormalizer_processor")
        self.backbone = Backbone(model)
        state = into(pre, "observation.state", FeatureType.STATE, (1, checkpoint.joints))
        self.register_buffer("state_centre", state.centre)
        self.register_buffer("state_width", state.width)
        self.state_shift = state.shift
        images = [into(pre, camera.model_key, FeatureType.VISUAL, (3, 1, 1)) for camera in checkpoint.cameras]
        self.groups = nn.ModuleList(
            Group(numbers, [images[number] for number in numbers]) for numbers in by_size(checkpoint.cameras)
        )
        action: OutOf = out_of(post, "action", FeatureType.ACTION, checkpoint.joints)
        self.register_buffer("action_scale", action.scale)
        self.register_buffer("action_offset", action.offset)

        self.state_token = model.encoder_robot_state_input_proj
        self.head = model.action_head
        self.encoder_norm, self.decoder_norm = model.encoder.norm, model.decoder.norm
        with torch.no_grad():
            latent = model.encoder_latent_input_proj(torch.zeros(1, config.latent_dim))
            self.register_buffer("latent", latent)
            self.register_buffer("positions", self.encoder_positions(checkpoint.cameras, model))
            self.encoder = nn.ModuleList(EncoderLayer(layer) for layer in model.encoder.layers)
            self.decoder = nn.ModuleList(DecoderLayer(layer) for layer in model.decoder.layers)
            decoder_positions = model.decoder_pos_embed.weight
            self.register_buffer("decoder_positions", decoder_positions.detach().clone())
            start = torch.zeros(config.chunk_size, config.dim_model)
            skip, queries = self.decoder[0].before(start, decoder_positions)
            self.register_buffer("first_skip", skip)
            self.register_buffer("first_queries", queries.contiguous())

    def encoder_positions(self, cameras: tuple[Camera, ...], model: Any) -> Tensor:
        """[tokens, dim], in the order in which `forward` lays the tokens."""
        rows = [model.encoder_1d_feature_pos_embed.weight]
        for group in self.groups:
            camera = cameras[group.numbers[0]]
            features = self.backbone(torch.zeros(1, 3, camera.height, camera.width))
            grid = model.encoder_cam_feat_pos_embed(features)
            one = grid.permute(0, 2, 3, 1).reshape(-1, grid.shape[1])
            rows += [one] * len(group.numbers)
        return torch.cat(rows)

    def forward(self, state: Tensor, *images: Tensor) -> Tensor:
        state = (state - self.state_centre) / self.state_width
        if self.state_shift != 0:
            state = state + self.state_shift
        seen = [group(images, self.backbone) for group in self.groups]
        x = torch.cat([self.latent, self.state_token(state), *seen])
        for layer in self.encoder:
            x = layer(x, self.positions)
        memory = self.encoder_norm(x)
        keys = memory + self.positions
        skip, queries = self.first_skip, self.first_queries
        for number, layer in enumerate(self.decoder):
            if number > 0:
                skip, queries = layer.before(x, self.decoder_positions)
            x = layer.after(skip, queries, keys, memory)
        actions = self.head(self.decoder_norm(x))
        return (actions * self.action_scale + self.action_offset).unsqueeze(0)


def by_size(cameras: tuple[Camera, ...]) -> list[list[int]]:
    """Indices of cameras, grouped by size in order of first appearance."""
    groups: dict[tuple[int, int], list[int]] = {}
    for number, camera in enumerate(cameras):
        groups.setdefault((camera.width, camera.height), []).append(number)
    return list(groups.values())


def build(checkpoint: Checkpoint) -> RobotAct:
    """Takes the weights of a copy: the checkpoint's own policy stays as LeRobot loaded it, to be asked for answers."""
    spare = replace(checkpoint, policy=copy.deepcopy(checkpoint.policy))
    return RobotAct(spare).eval().requires_grad_(False)
