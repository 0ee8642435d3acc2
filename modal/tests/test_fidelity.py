"""The exported model computes what LeRobot computes, on observations that the export never saw."""

import io
import zipfile
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from conftest import TINY, cameras, run
from make_policy_random import make, statistics

from edubotics_export import checkpoint as checkpoints
from edubotics_export import reference
from edubotics_export.errors import ExportError
from edubotics_export.export import Exported

MODES = {"VISUAL": "MIN_MAX", "STATE": "QUANTILES", "ACTION": "MIN_MAX"}
CASES = {
    "one camera, chunk of one": {"cameras": cameras(1), "chunk_size": 1, "n_action_steps": 1},
    "two cameras, two layers each": {"cameras": cameras(2), "n_encoder_layers": 2, "n_decoder_layers": 2},
    "three cameras, norm first": {"cameras": cameras(3), "pre_norm": True, "n_decoder_layers": 2, "chunk_size": 7},
    "four cameras, long chunk, gelu": {"cameras": cameras(4), "chunk_size": 100, "feedforward_activation": "gelu"},
    "cameras of two sizes, out of order": {
        "cameras": {"top": (64, 48), "wrist": (96, 64), "front": (64, 48)},
        "use_vae": False,
    },
    "ranges instead of mean and deviation": {"cameras": cameras(2), "normalization_mapping": MODES},
    "seven joints, temporal ensembling": {
        "cameras": cameras(1),
        "joints": 7,
        "n_action_steps": 1,
        "temporal_ensemble_coeff": 0.01,
    },
}
BIG = {
    "bottlenecks and dilation": {
        "cameras": cameras(1),
        "vision_backbone": "resnet50",
        "replace_final_stride_with_dilation": True,
    },
    "a deeper backbone": {"cameras": cameras(2), "vision_backbone": "resnet34"},
}


def model(made: Exported, precision: str = "fp32") -> bytes:
    with zipfile.ZipFile(io.BytesIO(made.zip)) as archive:
        return archive.read(made.manifest["files"][precision]["path"])


def distances(folder: Path, made: Exported) -> dict[str, float]:
    """By precision, on fresh observations."""
    checkpoint = checkpoints.load(folder)
    asked = reference.ask_lerobot(checkpoint, reference.invent(checkpoint, seed=77))
    found = [precision for precision in ("fp32", "fp16") if precision in made.manifest["files"]]
    return {precision: reference.distance(model(made, precision), asked) for precision in found}


def check(folder: Path, settings: dict) -> Exported:
    joints = settings.get("joints", 6)
    stats = statistics(settings["cameras"], joints)
    for number, camera in enumerate(settings["cameras"]):
        # Every camera its own figures: a swapped one shows.
        stats[f"observation.images.{camera}"]["mean"] += 0.05 * number
        stats[f"observation.images.{camera}"]["max"] += 0.1 * number
    make(folder, seed=5, stats=stats, **{**TINY, "chunk_size": 4, "n_action_steps": 1, **settings})
    from conftest import SAID

    from edubotics_export.manifest import Said

    said = Said(
        robot_type=SAID.robot_type,
        fps=SAID.fps,
        simulated=True,
        joints=tuple((f"joint_{number}", "degrees") for number in range(joints)),
    )
    made = run(folder, said=said)
    far = distances(folder, made)
    assert far["fp32"] <= 1e-4
    # Random weights of a deep backbone may be too much for 16 bits: then there is no such model, and the card says so.
    if "fp16" in far:
        assert far["fp16"] <= 0.06
    else:
        assert any(note.startswith("No 16-bit model") for note in made.notes)
    return made


IN_SAMPLE = pytest.param("three cameras, norm first", marks=pytest.mark.sample)


@pytest.mark.parametrize("name", [IN_SAMPLE if name in IN_SAMPLE.values else name for name in CASES])
def test_same_numbers_as_lerobot(name: str, tmp_path: Path) -> None:
    made = check(tmp_path / "pretrained_model", CASES[name])
    assert "fp16" in made.manifest["files"]


@pytest.mark.parametrize("name", BIG)
def test_same_numbers_with_other_backbones(name: str, tmp_path: Path) -> None:
    check(tmp_path / "pretrained_model", BIG[name])


def test_node_counts_of_the_default_depth(tmp_path: Path) -> None:
    """Depth and backbone of LeRobot's default ACT; width does not change the count."""
    counts = []
    for number in (1, 2, 4):
        folder = tmp_path / str(number) / "pretrained_model"
        make(folder, cameras=cameras(number), **{**TINY, "n_encoder_layers": 4})
        counts.append(run(folder).nodes.total())
    one, two, four = counts
    assert one <= 350
    assert two - one <= 20
    assert four - two <= 40


def test_a_joint_that_never_moved_stays_at_rest(tmp_path: Path) -> None:
    """Deviation zero divides by LeRobot's 1e-8: only subtracting first gives exactly zero there."""
    stats = statistics(cameras(1))
    for values in stats["observation.state"], stats["action"]:
        values["std"][4] = 0.0
        values["mean"][4] = 90.123
    folder = make(tmp_path / "pretrained_model", cameras=cameras(1), stats=stats, **TINY)
    made = run(folder)
    assert distances(folder, made)["fp32"] <= 1e-4
    assert any("never moved" in note for note in made.notes)


def test_a_spoiled_weight_is_noticed(exported: Exported, checkpoint: Path) -> None:
    spoiled = onnx.load_model_from_string(model(exported))
    bias = next(tensor for tensor in spoiled.graph.initializer if list(tensor.dims) == [6])
    values = onnx.numpy_helper.to_array(bias) + np.float32(0.01)
    bias.CopyFrom(onnx.numpy_helper.from_array(values, bias.name))
    loaded = checkpoints.load(checkpoint)
    asked = reference.ask_lerobot(loaded, reference.invent(loaded, seed=77))
    assert reference.distance(spoiled.SerializeToString(), asked) > reference.TOLERANCE_FP32


def test_a_fault_of_the_exporter_writes_nothing(checkpoint: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from edubotics_export import network

    right = network.fold

    def without_mean(conv: torch.nn.Conv2d, norm: object) -> torch.nn.Conv2d:
        folded = right(conv, norm)
        folded.bias = torch.nn.Parameter(torch.zeros_like(folded.bias))
        return folded

    monkeypatch.setattr(network, "fold", without_mean)
    with pytest.raises(ExportError) as refused:
        run(checkpoint)
    assert refused.value.code == "not_the_same"


def test_images_are_normalised_as_in_the_checkpoint_not_as_in_the_dataset(tmp_path: Path) -> None:
    """The checkpoint's figures reach the model: another mean, another answer."""
    answers = []
    for shift in (0.0, 0.2):
        stats = statistics(cameras(1))
        stats["observation.images.top"]["mean"] += shift
        folder = make(tmp_path / f"{shift}" / "pretrained_model", cameras=cameras(1), stats=stats, **TINY)
        loaded = checkpoints.load(folder)
        asked = reference.ask_lerobot(loaded, reference.invent(loaded, seed=3))
        assert reference.distance(model(run(folder)), asked) <= 1e-4
        answers.append(asked.actions)
    assert np.abs(answers[0] - answers[1]).max() > 0.01
