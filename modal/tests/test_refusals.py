"""What cannot be exported is refused by its code and in words, before anything is written."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import SAID, edit, run
from safetensors.torch import load_file, save_file

from edubotics_export import checkpoint as checkpoints
from edubotics_export.errors import ExportError
from edubotics_export.manifest import Said

Change = Callable[[Path], None]


def config(**values: object) -> Change:
    return lambda folder: edit(folder / "config.json", lambda old: old.update(values))


def inputs(**features: object) -> Change:
    def change(folder: Path) -> None:
        edit(folder / "config.json", lambda old: old["input_features"].update(features))

    return change


def without_state(folder: Path) -> None:
    edit(folder / "config.json", lambda old: old["input_features"].pop("observation.state"))


def many_cameras(folder: Path) -> None:
    feature = {"type": "VISUAL", "shape": [3, 48, 64]}
    inputs(**{f"observation.images.camera{number}": feature for number in range(4)})(folder)


def step(file: str, name: str, settings: dict) -> Change:
    def change(folder: Path) -> None:
        entry = {"registry_name": name, "config": settings}
        edit(folder / f"{file}.json", lambda old: old["steps"].append(entry))

    return change


def no_normaliser(folder: Path) -> None:
    def drop(old: dict) -> None:
        old["steps"] = [entry for entry in old["steps"] if entry["registry_name"] != "normalizer_processor"]

    edit(folder / "policy_preprocessor.json", drop)


def no_statistics(folder: Path) -> None:
    for path in folder.glob("policy_preprocessor_step_*.safetensors"):
        path.unlink()


def half_statistics(folder: Path) -> None:
    (path,) = folder.glob("policy_preprocessor_step_*.safetensors")
    values = load_file(path)
    del values["observation.state.std"]
    save_file(values, path)


def statistics_not_numbers(folder: Path) -> None:
    (path,) = folder.glob("policy_postprocessor_step_*.safetensors")
    values = load_file(path)
    values["action.mean"][2] = float("nan")
    save_file(values, path)


def weights(change: Callable[[dict], None]) -> Change:
    def apply(folder: Path) -> None:
        values = load_file(folder / "model.safetensors")
        change(values)
        save_file(values, folder / "model.safetensors")

    return apply


def not_a_number(values: dict) -> None:
    values["model.action_head.bias"][0] = float("nan")


def another_shape(values: dict) -> None:
    values["model.action_head.bias"] = values["model.action_head.bias"][:5].clone()


def old_normalisation(values: dict) -> None:
    values["normalize_inputs.buffer_observation_state.mean"] = values["model.action_head.bias"].clone()


def lengthen(values: dict) -> None:
    values["model.something.else"] = values["model.action_head.bias"].clone()


def renamed_picture(folder: Path) -> None:
    def change(old: dict) -> None:
        old["input_features"]["observation.image"] = old["input_features"].pop("observation.images.top")

    edit(folder / "config.json", change)


def truncated(folder: Path) -> None:
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:1000])


REFUSED: dict[str, tuple[str, Change]] = {
    "no config": ("no_checkpoint", lambda folder: (folder / "config.json").unlink()),
    "config is not JSON": ("no_checkpoint", lambda folder: (folder / "config.json").write_text("{")),
    "config is a list": ("no_checkpoint", lambda folder: (folder / "config.json").write_text("[]")),
    "no weights": ("no_checkpoint", lambda folder: (folder / "model.safetensors").unlink()),
    "cut-off weights": ("no_checkpoint", truncated),
    "a field of the wrong type": ("no_checkpoint", config(chunk_size="many")),
    "more steps than the chunk": ("no_checkpoint", config(n_action_steps=99)),
    "diffusion": ("not_act", config(type="diffusion")),
    "no type": ("not_act", lambda folder: edit(folder / "config.json", lambda old: old.pop("type"))),
    "mobile net": ("backbone_unsupported", config(vision_backbone="mobilenet_v3_small")),
    "adapter": ("adapter", config(use_peft=True)),
    "a field of a later LeRobot": ("lerobot_version", config(action_tokenizer="fast")),
    "environment state": (
        "environment_state",
        inputs(**{"observation.environment_state": {"type": "ENV", "shape": [7]}}),
    ),
    "no state": ("features_unsupported", without_state),
    "five cameras": ("features_unsupported", many_cameras),
    "grey camera": (
        "features_unsupported",
        inputs(**{"observation.images.top": {"type": "VISUAL", "shape": [1, 48, 64]}}),
    ),
    "a camera without a name": ("features_unsupported", renamed_picture),
    "state of another length": (
        "features_unsupported",
        inputs(**{"observation.state": {"type": "STATE", "shape": [5]}}),
    ),
    "another input": (
        "features_unsupported",
        inputs(**{"observation.effort": {"type": "STATE", "shape": [6]}}),
    ),
    "no pre-processor": ("processors_missing", lambda folder: (folder / "policy_preprocessor.json").unlink()),
    "no post-processor": ("processors_missing", lambda folder: (folder / "policy_postprocessor.json").unlink()),
    "no normaliser": ("processors_missing", no_normaliser),
    "no statistics": ("processors_missing", no_statistics),
    "half the statistics": ("processors_missing", half_statistics),
    "statistics that are no numbers": ("processors_missing", statistics_not_numbers),
    "normalisation among the weights": ("processors_missing", weights(old_normalisation)),
    "relative actions": (
        "relative_actions",
        step("policy_postprocessor", "absolute_actions_processor", {"enabled": True}),
    ),
    "delta actions": ("relative_actions", step("policy_postprocessor", "map_delta_action_to_robot_action", {})),
    "a tokeniser": ("processor_unsupported", step("policy_preprocessor", "tokenizer_processor", {})),
    "two normalisers": ("processor_unsupported", step("policy_preprocessor", "normalizer_processor", {})),
    "half precision inputs": (
        "processor_unsupported",
        lambda folder: edit(
            folder / "policy_preprocessor.json",
            lambda old: next(entry for entry in old["steps"] if entry["registry_name"] == "device_processor")[
                "config"
            ].update(float_dtype="float16"),
        ),
    ),
    "a missing weight": ("weights_do_not_fit", weights(lambda values: values.pop("model.action_head.bias"))),
    "a weight too many": ("weights_do_not_fit", weights(lengthen)),
    "a weight of another shape": ("weights_do_not_fit", weights(another_shape)),
    "a weight that is no number": ("weights_do_not_fit", weights(not_a_number)),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str, spoiled: Path) -> None:
    code, change = REFUSED[name]
    change(spoiled)
    with pytest.raises(ExportError) as refused:
        run(spoiled)
    assert refused.value.code == code
    # Words for a person, not a Python type.
    assert len(str(refused.value)) > 20
    assert str(refused.value).count("\n") < 12


def test_another_lerobot_installed(checkpoint: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoints.importlib.metadata, "version", lambda _: "0.4.4")
    with pytest.raises(ExportError) as refused:
        run(checkpoint)
    assert refused.value.code == "lerobot_version"
    assert "0.4.4" in str(refused.value)


@pytest.mark.parametrize(
    "said",
    [
        Said(fps=30, simulated=True),
        Said(robot_type="so101_follower", simulated=True),
        Said(robot_type="so101_follower", fps=30),
        Said(robot_type="lekiwi", fps=30, simulated=True),
        Said(robot_type="so101_follower", fps=30, simulated=True, joints=(("one", "degrees"),)),
    ],
    ids=["no robot", "no rate", "real or simulated", "unknown robot", "too few joints"],
)
def test_facts_missing(said: Said, checkpoint: Path) -> None:
    with pytest.raises(ExportError) as refused:
        run(checkpoint, said=said)
    assert refused.value.code == "facts_missing"


def test_a_checkpoint_of_a_gpu_training_with_imagenet_weights_loads_offline(spoiled: Path) -> None:
    """What lerobot-train writes by default; nothing is fetched, no GPU is needed."""
    config(device="cuda", pretrained_backbone_weights="ResNet18_Weights.IMAGENET1K_V1")(spoiled)

    def on_gpu(old: dict) -> None:
        next(entry for entry in old["steps"] if entry["registry_name"] == "device_processor")["config"]["device"] = (
            "cuda"
        )

    edit(spoiled / "policy_preprocessor.json", on_gpu)
    assert run(spoiled).manifest["metrics"]["parity_fp32"] <= 1e-4


def test_weights_without_what_only_training_needs(spoiled: Path) -> None:
    weights(lambda values: [values.pop(key) for key in list(values) if key.startswith("model.vae_encoder")])(spoiled)
    assert run(spoiled).manifest["metrics"]["parity_fp32"] <= 1e-4


def test_relative_steps_that_are_switched_off(spoiled: Path) -> None:
    step("policy_preprocessor", "relative_actions_processor", {"enabled": False})(spoiled)
    assert run(spoiled).manifest["metrics"]["parity_fp32"] <= 1e-4


def test_a_renamed_camera_keeps_the_name_of_the_dataset(spoiled: Path) -> None:
    def rename(old: dict) -> None:
        first = next(entry for entry in old["steps"] if entry["registry_name"] == "rename_observations_processor")
        first["config"]["rename_map"] = {"observation.images.overhead": "observation.images.top"}

    edit(spoiled / "policy_preprocessor.json", rename)
    made = run(spoiled)
    assert made.manifest["cameras"][0]["name"] == "overhead"
    assert made.manifest["metrics"]["parity_fp32"] <= 1e-4


def test_found_from_the_output_folder_with_its_step(spoiled: Path, tmp_path: Path) -> None:
    """As lerobot-train lays it out: checkpoints/000010/{pretrained_model,training_state}, and `last` beside it."""
    numbered = tmp_path / "out" / "checkpoints" / "000010"
    numbered.mkdir(parents=True)
    shutil.move(spoiled, numbered / "pretrained_model")
    (numbered.parent / "last").symlink_to(numbered.name)
    assert run(tmp_path / "out").manifest["training"]["steps"] == 10
    (numbered / "training_state").mkdir()
    (numbered / "training_state" / "training_step.json").write_text(json.dumps({"step": 12}))
    assert run(tmp_path / "out", said=SAID).manifest["training"]["steps"] == 12
