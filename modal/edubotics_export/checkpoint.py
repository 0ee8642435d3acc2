"""Reads a checkpoint with LeRobot itself, and says early and plainly why one cannot be exported.

Knows what LeRobot 0.6.1 writes into `pretrained_model/`. Does not know ONNX. Looks at the JSON files and the names of
the weights before LeRobot does, because LeRobot's own complaints name Python types, and because its loader ignores
weights that do not fit.
"""

import contextlib
import importlib.metadata
import json
import sys
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from .errors import ExportError

LEROBOT = "0.6.1"
CAMERA_PREFIX = "observation.images."
STATE = "observation.state"
ENVIRONMENT = "observation.environment_state"
MOST_CAMERAS = 4
# What a package can carry of LeRobot's pipelines: renaming, batching, moving between devices, normalising.
PRE_STEPS = {"rename_observations_processor", "to_batch_processor", "device_processor", "normalizer_processor"}
POST_STEPS = {"unnormalizer_processor", "device_processor"}
RELATIVE_STEPS = {
    "relative_actions_processor",
    "absolute_actions_processor",
    "map_tensor_to_delta_action_dict",
    "map_delta_action_to_robot_action",
}
# Only training needs the encoder of the variational objective: weights without it are whole for us.
TRAINING_ONLY = ("model.vae_encoder",)


@dataclass(frozen=True)
class Camera:
    """One camera as the policy knows it. `key` is the name before LeRobot's renaming step, `model_key` after it."""

    name: str
    key: str
    model_key: str
    width: int
    height: int


@dataclass(frozen=True)
class Checkpoint:
    """A policy ready to be asked, on the CPU, with its own processors."""

    folder: Path
    policy: Any
    preprocessor: Any
    postprocessor: Any
    cameras: tuple[Camera, ...]
    joints: int
    chunk_size: int
    n_action_steps: int
    # train_config.json; empty where it is missing.
    train_config: dict
    # Optimisation steps behind these weights, where the checkpoint says.
    steps: int | None


def find_folder(path: Path) -> Path:
    """The folder with config.json: the one given, or inside a checkpoint or output folder of `lerobot-train`."""
    candidates = [path, path / "pretrained_model", path / "checkpoints" / "last" / "pretrained_model"]
    for folder in candidates:
        if (folder / "config.json").is_file():
            return folder
    hint = "a folder `pretrained_model` as lerobot-train writes it"
    raise ExportError("no_checkpoint", f"{path}: no config.json here. Give {hint}.")


def read_json(path: Path, code: str) -> dict:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ExportError(code, f"{path.name} cannot be read: {error}") from error
    if not isinstance(value, dict):
        raise ExportError(code, f"{path.name} is not a JSON object")
    return value


def check_installed() -> None:
    try:
        found = importlib.metadata.version("lerobot")
    except importlib.metadata.PackageNotFoundError:
        found = "none"
    if found != LEROBOT:
        raise ExportError(
            "lerobot_version", f"LeRobot {LEROBOT} is needed, installed here: {found}. pip install lerobot=={LEROBOT}"
        )


def check_config(config: dict) -> None:
    """Refuses by config.json alone what no later step could put right."""
    kind = config.get("type")
    if kind != "act":
        raise ExportError("not_act", f"This is a policy of type {kind!r}; only ACT can be exported.")
    backbone = config.get("vision_backbone", "resnet18")
    if not str(backbone).startswith("resnet"):
        raise ExportError("backbone_unsupported", f"The vision backbone is {backbone!r}; ResNets can be exported.")
    if config.get("use_peft"):
        raise ExportError("adapter", "Only adapter weights are here. Merge them into the policy first.")
    inputs = config.get("input_features") or {}
    if ENVIRONMENT in inputs or any(feature.get("type") == "ENV" for feature in inputs.values()):
        raise ExportError(
            "environment_state", "The policy wants the environment's state, which a real arm cannot give it."
        )
    from lerobot.policies.act.configuration_act import ACTConfig

    known = {field.name for field in fields(ACTConfig)} | {"type"}
    unknown = sorted(set(config) - known)
    if unknown:
        raise ExportError(
            "lerobot_version",
            f"config.json has {', '.join(unknown)}, which LeRobot {LEROBOT} does not know: another version wrote it.",
        )


def check_pipeline(folder: Path, name: str, allowed: set[str], needed: str) -> dict:
    """Reads one processor's JSON. Returns it; refuses steps that a package cannot carry."""
    path = folder / f"{name}.json"
    if not path.is_file():
        raise ExportError(
            "processors_missing",
            f"{path.name} is missing: the normalisation would have to be guessed. Checkpoints of LeRobot before 0.4 "
            "have none; LeRobot's migrate_policy_normalization.py makes them.",
        )
    pipeline = read_json(path, "processors_missing")
    steps = pipeline.get("steps") or []
    names = [str(step.get("registry_name") or step.get("class")) for step in steps]
    for step_name, step in zip(names, steps, strict=True):
        config = step.get("config") or {}
        if step_name in RELATIVE_STEPS and config.get("enabled", True):
            raise ExportError(
                "relative_actions", f"{path.name} has {step_name}: only absolute targets can be exported."
            )
        if step_name not in allowed and step_name not in RELATIVE_STEPS:
            raise ExportError(
                "processor_unsupported", f"{path.name} has the step {step_name}, which cannot be carried."
            )
        if step_name == "device_processor" and config.get("float_dtype"):
            raise ExportError("processor_unsupported", f"{path.name} casts to {config['float_dtype']}.")
        state = step.get("state_file")
        if state is not None and not (folder / state).is_file():
            raise ExportError("processors_missing", f"{state}, named by {path.name}, is missing.")
    if needed not in names:
        raise ExportError("processors_missing", f"{path.name} has no {needed}: the normalisation is not known.")
    if names.count(needed) > 1:
        raise ExportError("processor_unsupported", f"{path.name} has more than one {needed}.")
    return pipeline


def check_features(config: Any, renaming: dict[str, str]) -> tuple[tuple[Camera, ...], int]:
    """Cameras in the policy's order, and the number of joints."""
    original = {new: old for old, new in renaming.items()}
    state, action = config.robot_state_feature, config.action_feature

    def refuse(why: str) -> ExportError:
        return ExportError("features_unsupported", why)

    if state is None:
        raise refuse(f"The policy has no {STATE}; LeRobot's ACT cannot run without one.")
    if original.get(STATE, STATE) != STATE:
        raise refuse(f"The policy's {STATE} is renamed from {original[STATE]}.")
    if action is None or len(state.shape) != 1 or tuple(state.shape) != tuple(action.shape):
        raise refuse(f"State {state.shape} and action {action and action.shape} must be one number per joint.")
    rest = set(config.input_features) - {STATE} - set(config.image_features)
    if rest:
        raise refuse(f"Inputs that a package has no place for: {', '.join(sorted(rest))}.")
    cameras = []
    for model_key, feature in config.image_features.items():
        key = original.get(model_key, model_key)
        if not key.startswith(CAMERA_PREFIX) or len(feature.shape) != 3 or feature.shape[0] != 3:
            raise refuse(f"{key} {tuple(feature.shape)} is not a colour picture named {CAMERA_PREFIX}<camera>.")
        _, height, width = feature.shape
        cameras.append(Camera(key.removeprefix(CAMERA_PREFIX), key, model_key, int(width), int(height)))
    if not 1 <= len(cameras) <= MOST_CAMERAS:
        raise refuse(f"{len(cameras)} cameras; 1 to {MOST_CAMERAS} can be exported.")
    return tuple(cameras), int(state.shape[0])


def check_weights(path: Path, policy: Any) -> None:
    """Names, shapes and finiteness. LeRobot's loader would pass over what is missing or left over."""
    import torch
    from safetensors import SafetensorError, safe_open

    if not path.is_file():
        raise ExportError("no_checkpoint", f"{path.name} is missing beside config.json.")
    wanted = {key: tuple(value.shape) for key, value in policy.state_dict().items()}
    try:
        with safe_open(path, framework="pt") as weights:
            found = {key: tuple(weights.get_slice(key).get_shape()) for key in weights.keys()}  # noqa: SIM118
            old = sorted(key for key in found if key.startswith(("normalize_", "unnormalize_")))
            if old:
                raise ExportError(
                    "processors_missing",
                    f"The normalisation lies among the weights ({old[0]}), as LeRobot before 0.4 wrote it. "
                    "LeRobot's migrate_policy_normalization.py turns it into processors.",
                )
            needed = {key: shape for key, shape in wanted.items() if not key.startswith(TRAINING_ONLY)}
            odd = {key for key in found if key not in wanted and not key.startswith(TRAINING_ONLY)}
            missing = {key for key in needed if key not in found}
            reshaped = {key for key in wanted if key in found and found[key] != wanted[key]}
            for what, keys in (("missing", missing), ("not known", odd), ("of another shape", reshaped)):
                if keys:
                    some = ", ".join(sorted(keys)[:3])
                    raise ExportError("weights_do_not_fit", f"{len(keys)} weights are {what}: {some}")
            for key in needed:
                if not bool(torch.isfinite(weights.get_tensor(key)).all()):
                    raise ExportError("weights_do_not_fit", f"{key} holds values that are not numbers.")
    except (SafetensorError, OSError) as error:
        raise ExportError("no_checkpoint", f"{path.name} cannot be read: {error}") from error


def training_steps(folder: Path, train_config: dict) -> int | None:
    """From training_state beside the weights, else from the checkpoint folder's number, else what was asked for."""
    state = folder.parent / "training_state" / "training_step.json"
    if state.is_file():
        step = read_json(state, "no_checkpoint").get("step")
        if isinstance(step, int):
            return step
    # `last` is a link to the numbered folder.
    number = folder.resolve().parent.name
    if number.isdigit():
        return int(number)
    steps = train_config.get("steps")
    return steps if isinstance(steps, int) else None


def on_cpu(pipeline: dict) -> dict:
    """Keeps a pipeline of a GPU training on the CPU. LeRobot refuses overrides of steps that are not there."""
    has_device = any(step.get("registry_name") == "device_processor" for step in pipeline["steps"])
    return {"device_processor": {"device": "cpu"}} if has_device else {}


def load(path: Path) -> Checkpoint:
    """Loads policy and processors on the CPU. Raises ExportError for everything that cannot be exported."""
    check_installed()
    folder = find_folder(path)
    raw = read_json(folder / "config.json", "no_checkpoint")
    check_config(raw)
    pre = check_pipeline(folder, "policy_preprocessor", PRE_STEPS, "normalizer_processor")
    post = check_pipeline(folder, "policy_postprocessor", POST_STEPS, "unnormalizer_processor")
    renaming: dict[str, str] = {}
    for step in pre["steps"]:
        if step.get("registry_name") == "rename_observations_processor":
            renaming.update((step.get("config") or {}).get("rename_map") or {})

    import torch
    from lerobot.configs.policies import PreTrainedConfig
    from lerobot.policies.act.modeling_act import ACTPolicy
    from lerobot.policies.factory import make_pre_post_processors

    try:
        config = PreTrainedConfig.from_pretrained(folder, cli_overrides=["--device=cpu"])
    except Exception as error:  # LeRobot's parser raises what it likes; the file is what is wrong.
        raise ExportError("no_checkpoint", f"LeRobot cannot read config.json: {error}") from error
    # Every weight comes from the checkpoint; otherwise torchvision would fetch ImageNet's first.
    config.pretrained_backbone_weights = None
    cameras, joints = check_features(config, renaming)
    with contextlib.redirect_stdout(sys.stderr):
        with torch.device("meta"):
            shapes = ACTPolicy(config)
        check_weights(folder / "model.safetensors", shapes)
        policy = ACTPolicy.from_pretrained(folder, config=config)
        preprocessor, postprocessor = make_pre_post_processors(
            config, str(folder), preprocessor_overrides=on_cpu(pre), postprocessor_overrides=on_cpu(post)
        )
    train_path = folder / "train_config.json"
    train_config = read_json(train_path, "no_checkpoint") if train_path.is_file() else {}
    return Checkpoint(
        folder=folder,
        policy=policy.eval(),
        preprocessor=preprocessor,
        postprocessor=postprocessor,
        cameras=cameras,
        joints=joints,
        chunk_size=int(config.chunk_size),
        n_action_steps=int(config.n_action_steps),
        train_config=train_config,
        steps=training_steps(folder, train_config),
    )
