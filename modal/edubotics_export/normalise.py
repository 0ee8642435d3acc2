"""Normalisation of a checkpoint's own processors as plain numbers.

Knows LeRobot's modes as `lerobot/processor/normalize_processor.py` (0.6.1) computes them. Does not know networks.
Never reads a dataset's stats.json: images were normalised with ImageNet's figures where training asked for that.
"""

from dataclasses import dataclass
from typing import Any

import torch

from .errors import ExportError

# LeRobot's NormalizationMode value: (lower, upper) of the range that becomes -1..1.
RANGES = {"MIN_MAX": ("min", "max"), "QUANTILES": ("q01", "q99"), "QUANTILE10": ("q10", "q90")}


@dataclass(frozen=True)
class Into:
    """y = (x - centre) / width + shift, float32. Subtracting first keeps a joint that never moved at exactly zero."""

    centre: torch.Tensor
    width: torch.Tensor
    shift: float


@dataclass(frozen=True)
class OutOf:
    """y = x * scale + offset, float32."""

    scale: torch.Tensor
    offset: torch.Tensor


def find_step(pipeline: Any, name: str) -> Any:
    for step in pipeline.steps:
        if type(step)._registry_name == name:
            return step
    raise ExportError("processors_missing", f"The pipeline has no {name}.")


def statistics(step: Any, key: str, kind: Any) -> tuple[str, dict[str, torch.Tensor]]:
    """(mode, statistics) of one feature; IDENTITY where LeRobot would pass the value on as it is."""
    from lerobot.configs.types import NormalizationMode

    keys = step.normalize_observation_keys
    mode = step.norm_map.get(kind, NormalizationMode.IDENTITY)
    found = step._tensor_stats.get(key)
    if found is None or key not in step.features or (keys is not None and key not in keys):
        return "IDENTITY", {}
    return mode.value, {name: value.to(torch.float32) for name, value in found.items()}


def range_of(mode: str, found: dict[str, torch.Tensor], key: str, eps: float) -> tuple[torch.Tensor, torch.Tensor]:
    """(lower, width) of a range mode; a width of zero becomes eps, as in LeRobot."""
    if mode not in RANGES:
        raise ExportError("processor_unsupported", f"{key} is normalised by {mode}, which is not known here.")
    lower, upper = (need(found, name, key) for name in RANGES[mode])
    width = upper - lower
    return lower, torch.where(width == 0, torch.tensor(eps), width)


def need(found: dict[str, torch.Tensor], name: str, key: str) -> torch.Tensor:
    if name not in found:
        raise ExportError("processors_missing", f"The processor's statistics of {key} have no {name}.")
    value = found[name]
    if not bool(torch.isfinite(value).all()):
        raise ExportError("processors_missing", f"The processor's {name} of {key} is not a number.")
    return value


def into(step: Any, key: str, kind: Any, shape: tuple[int, ...]) -> Into:
    """What the normaliser does to an input, as tensors of `shape` (channels or joints first)."""
    mode, found = statistics(step, key, kind)

    def spread(value: torch.Tensor) -> torch.Tensor:
        return value.reshape(shape) if value.numel() > 1 else value.reshape(()).expand(shape)

    if mode == "IDENTITY":
        return Into(torch.zeros(shape), torch.ones(shape), 0.0)
    if mode == "MEAN_STD":
        return Into(spread(need(found, "mean", key)), spread(need(found, "std", key) + step.eps), 0.0)
    lower, width = range_of(mode, found, key, step.eps)
    # 2 (x - lower) / width - 1
    return Into(spread(lower), spread(width / 2), -1.0)


def out_of(step: Any, key: str, kind: Any, joints: int) -> OutOf:
    """What the unnormaliser does to an action."""
    mode, found = statistics(step, key, kind)
    if mode == "IDENTITY":
        return OutOf(torch.ones(joints), torch.zeros(joints))
    if mode == "MEAN_STD":
        return OutOf(need(found, "std", key).reshape(joints), need(found, "mean", key).reshape(joints))
    lower, width = range_of(mode, found, key, step.eps)
    return OutOf((width / 2).reshape(joints), (lower + width / 2).reshape(joints))
