"""manifest.json and the card. Knows `src/lib/contracts/policy.ts`; every figure comes from the caller."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .checkpoint import LEROBOT, Checkpoint
from .errors import ExportError

if TYPE_CHECKING:
    # Needs numpy, which the command line's help does not.
    from .dataset import DatasetFacts

SCHEMA_VERSION = 1
SO101 = ("shoulder_pan", "shoulder_lift", "elbow_flex", "wrist_flex", "wrist_roll", "gripper")
# Robots whose joints LeRobot records in degrees with a gripper of 0 to 100.
KNOWN_ROBOT = re.compile(r"^so(100|101)(_|$)")
UNITS = ("degrees", "percent")


@dataclass(frozen=True)
class Said:
    """What the person who exports says, where no file does. None: not said."""

    name: str | None = None
    robot_type: str | None = None
    joints: tuple[tuple[str, str], ...] | None = None
    fps: int | None = None
    task: str = ""
    licence: str = "LicenseRef-not-stated"
    limits: str = ""
    # No file of LeRobot's says whether an arm was real, and a wrong guess would put a simulated policy on a real arm.
    simulated: bool | None = None
    seconds: float | None = None
    calibrations: tuple[str, ...] = ()
    metrics: dict[str, float] = field(default_factory=dict)


def robot_facts(checkpoint: Checkpoint, dataset: DatasetFacts | None, said: Said) -> tuple[str, list[dict], int]:
    """(robot type, joints, frames per second). The checkpoint itself holds none of them."""
    robot = said.robot_type or (dataset.robot_type if dataset else "")
    fps = said.fps or (dataset.fps if dataset else None)
    if not robot or fps is None:
        raise ExportError(
            "facts_missing",
            "The checkpoint does not say which robot and frame rate it is for. Give --dataset, or --robot and --fps.",
        )
    if dataset and said.fps not in (None, dataset.fps):
        raise ExportError("dataset_does_not_fit", f"--fps {said.fps}, but the dataset has {dataset.fps}.")
    if said.joints is not None:
        joints = said.joints
    elif KNOWN_ROBOT.match(robot):
        names = dataset.joint_names if dataset else SO101
        joints = tuple((name, "percent" if name == "gripper" else "degrees") for name in names)
    else:
        raise ExportError("facts_missing", f"The units of robot {robot!r} are not known here. Give --joints.")
    if len(joints) != checkpoint.joints:
        raise ExportError(
            "facts_missing", f"{len(joints)} joints named, the policy has {checkpoint.joints}. Give --joints."
        )
    return robot, [{"name": name, "unit": unit} for name, unit in joints], int(fps)


def check_dataset(checkpoint: Checkpoint, dataset: DatasetFacts) -> None:
    if len(dataset.state_min) != checkpoint.joints:
        raise ExportError(
            "dataset_does_not_fit", f"The dataset has {len(dataset.state_min)} joints, the policy {checkpoint.joints}."
        )
    for camera in checkpoint.cameras:
        size = dataset.cameras.get(camera.name)
        if size != (camera.width, camera.height):
            raise ExportError(
                "dataset_does_not_fit",
                f"The policy's camera {camera.name} is {camera.width}x{camera.height}, the dataset's is {size}.",
            )


def build(
    checkpoint: Checkpoint,
    dataset: DatasetFacts | None,
    said: Said,
    files: dict,
    metrics: dict[str, float],
) -> dict:
    """PolicyManifest, keys in the contract's order."""
    robot, joints, fps = robot_facts(checkpoint, dataset, said)
    if said.simulated is None:
        raise ExportError(
            "facts_missing", "Was it recorded on a real arm or in simulation? Give --real or --simulated."
        )
    trained_on = (checkpoint.train_config.get("dataset") or {}).get("repo_id") or ""
    return {
        "schema_version": SCHEMA_VERSION,
        "kind": "onnx",
        "name": said.name or default_name(dataset.name if dataset else trained_on),
        "architecture": "act",
        "robot_type": robot,
        "joints": joints,
        "cameras": [
            {"name": camera.name, "width": camera.width, "height": camera.height} for camera in checkpoint.cameras
        ],
        "fps": fps,
        "chunk_size": checkpoint.chunk_size,
        "n_action_steps": checkpoint.n_action_steps,
        "files": files,
        "training": {
            "dataset": dataset.name if dataset else trained_on,
            "dataset_fingerprint": dataset.fingerprint if dataset else "",
            "calibration_fingerprints": list(said.calibrations),
            "simulated": said.simulated,
            "task": said.task or (dataset.task if dataset else ""),
            "episodes": dataset.episodes if dataset else 0,
            "frames": dataset.frames if dataset else 0,
            "steps": checkpoint.steps or 0,
            "seconds": said.seconds,
            "tool": f"lerobot {LEROBOT}",
            "state_min": list(dataset.state_min) if dataset else [],
            "state_max": list(dataset.state_max) if dataset else [],
        },
        "metrics": metrics,
        "success": [],
        "licence": said.licence,
        "limits": said.limits,
    }


def default_name(trained_on: str) -> str:
    return f"ACT {trained_on}".strip()


def to_json(manifest: dict) -> bytes:
    return (json.dumps(manifest, ensure_ascii=False, indent="\t", allow_nan=False) + "\n").encode()


def card(manifest: dict, notes: list[str]) -> bytes:
    """README.md of the package."""
    training = manifest["training"]
    cameras = ", ".join(f"{c['name']} {c['width']}x{c['height']}" for c in manifest["cameras"])
    joints = ", ".join(f"{joint['name']} ({joint['unit']})" for joint in manifest["joints"])
    seen = training["dataset_fingerprint"] != ""
    lines = [
        f"# {manifest['name']}",
        "",
        f"An ACT policy for `{manifest['robot_type']}`, trained with {training['tool']}, as a policy package.",
        "",
        f"- Task: {training['task'] or 'not stated'}",
        f"- Dataset: {training['dataset'] or 'not stated'}"
        + (f", {training['episodes']} episodes, {training['frames']} frames" if seen else ""),
        f"- Recorded {'in simulation' if training['simulated'] else 'on a real arm'}",
        f"- Training steps: {training['steps'] or 'not known'}",
        f"- Cameras: {cameras}",
        f"- Joints: {joints}",
        f"- {manifest['chunk_size']} actions at {manifest['fps']} per second in one answer, "
        f"{manifest['n_action_steps']} of them before the next",
        f"- Licence: {manifest['licence']}",
        f"- Success rate: {'not measured' if not manifest['success'] else 'see manifest.json'}",
        f"- What it cannot do: {manifest['limits'] or 'not stated'}",
        "",
        "Largest difference between this model and LeRobot's own answers, in units of the joints:",
        "",
        *(f"- {name}: {value:.2g}" for name, value in manifest["metrics"].items() if name.startswith("parity_")),
        *(["", "Notes:", "", *(f"- {note}" for note in notes)] if notes else []),
    ]
    return ("\n".join(lines) + "\n").encode()
