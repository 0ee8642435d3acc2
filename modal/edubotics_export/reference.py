"""Observations and LeRobot's own answers, and how far an exported model is from them.

Knows how LeRobot asks a policy on a robot: pre-processor, `predict_action_chunk`, post-processor. The answers never
come from the exported model. Does not know zips.
"""

from dataclasses import dataclass

import numpy as np
import onnxruntime
import torch
from safetensors.numpy import save

from .checkpoint import STATE, Checkpoint
from .errors import ExportError
from .normalise import find_step, into

OBSERVATIONS = 3
LEAST_OBSERVATIONS = 2
# Three observations of large pictures would be as much as a model; two are still two.
PICTURE_BYTES = 32 * 1024 * 1024
# Largest allowed distance from LeRobot in dataset units; below it are rounding errors of another order of summation.
TOLERANCE_FP32 = 1e-3
# Half a step of the servo (360/4096 degrees) is 0.044; beyond, 16 bits would be seen in the motion.
TOLERANCE_FP16 = 0.05


@dataclass(frozen=True)
class Reference:
    """`inputs`: as the model wants them, by name with a leading 1. `actions`: LeRobot's, [K, chunk, N]."""

    inputs: list[dict[str, np.ndarray]]
    actions: np.ndarray


def how_many(checkpoint: Checkpoint) -> int:
    """Observations in a reference."""
    one = sum(3 * 4 * camera.width * camera.height for camera in checkpoint.cameras)
    return OBSERVATIONS if one * OBSERVATIONS <= PICTURE_BYTES else LEAST_OBSERVATIONS


def invent(checkpoint: Checkpoint, seed: int, count: int = OBSERVATIONS) -> list[dict[str, torch.Tensor]]:
    """Observations from a seed: states about those of the training, pictures with coarse shapes and fine grain."""
    from lerobot.configs.types import FeatureType

    random = np.random.default_rng(seed)
    step = find_step(checkpoint.preprocessor, "normalizer_processor")
    state = into(step, STATE, FeatureType.STATE, (checkpoint.joints,))
    observations = []
    for _ in range(count):
        normal = torch.from_numpy(random.standard_normal(checkpoint.joints).astype(np.float32))
        observation = {STATE: state.centre + normal * state.width}
        for camera in checkpoint.cameras:
            observation[camera.key] = torch.from_numpy(picture(random, camera.width, camera.height))
        observations.append(observation)
    return observations


def picture(random: np.random.Generator, width: int, height: int) -> np.ndarray:
    """[3, height, width] in 0..1, in steps of 1/255 like a camera's."""
    down, across = np.mgrid[0:height, 0:width].astype(np.float64)
    channels = []
    for _ in range(3):
        a, b, phase = random.uniform(0.5, 6), random.uniform(0.5, 6), random.uniform(0, 2 * np.pi)
        waves = np.sin(2 * np.pi * (a * across / width + b * down / height) + phase)
        channels.append(0.5 + 0.35 * waves + random.normal(0, 0.05, (height, width)))
    eight_bit = np.round(np.clip(np.stack(channels), 0, 1) * 255).astype(np.uint8)
    return eight_bit.astype(np.float32) / np.float32(255)


@torch.no_grad()
def ask_lerobot(checkpoint: Checkpoint, observations: list[dict[str, torch.Tensor]]) -> Reference:
    """LeRobot's policy with its own processors, one observation at a time as on a robot."""
    # On one thread sums have one order, so the same checkpoint gives the same bytes whatever the number of cores.
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return _ask(checkpoint, observations)
    finally:
        torch.set_num_threads(threads)


def _ask(checkpoint: Checkpoint, observations: list[dict[str, torch.Tensor]]) -> Reference:
    inputs, actions = [], []
    names = [STATE, *(camera.key for camera in checkpoint.cameras)]
    for observation in observations:
        batch = checkpoint.preprocessor({name: observation[name].clone() for name in names})
        chunk = checkpoint.postprocessor(checkpoint.policy.predict_action_chunk(batch))
        actions.append(chunk.squeeze(0).numpy().astype(np.float32))
        inputs.append({name: observation[name].numpy()[np.newaxis].astype(np.float32) for name in names})
    answers = np.stack(actions)
    if not np.isfinite(answers).all():
        raise ExportError("weights_do_not_fit", "LeRobot itself answers with values that are not numbers.")
    return Reference(inputs, answers)


def distance(model: bytes, reference: Reference) -> float:
    """Largest difference between ONNX Runtime's answers and LeRobot's, dataset units; infinite where not a number."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    worst = 0.0
    for inputs, wanted in zip(reference.inputs, reference.actions, strict=True):
        (answer,) = session.run(["action"], inputs)
        if answer.shape != (1, *wanted.shape) or not np.isfinite(answer).all():
            return float("inf")
        worst = max(worst, float(np.abs(answer[0].astype(np.float64) - wanted).max()))
    return worst


def to_safetensors(reference: Reference) -> bytes:
    """docs/policy-package.md, reference.safetensors."""
    names = reference.inputs[0]
    tensors = {name: np.concatenate([each[name] for each in reference.inputs]) for name in names}
    return save({**tensors, "action": reference.actions})
