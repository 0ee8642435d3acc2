"""The zip and its manifest."""

import hashlib
import io
import json
import zipfile
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from conftest import run
from safetensors.numpy import load

from edubotics_export.cli import main
from edubotics_export.errors import ExportError
from edubotics_export.export import Exported, round_up
from edubotics_export.package import write_whole

pytestmark = pytest.mark.sample


@pytest.fixture
def archive(exported: Exported) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(exported.zip))


def test_stored_without_a_clock(archive: zipfile.ZipFile) -> None:
    assert archive.testzip() is None
    for entry in archive.infolist():
        assert entry.compress_type == zipfile.ZIP_STORED
        assert entry.date_time == (1980, 1, 1, 0, 0, 0)
    assert archive.namelist()[0] == "manifest.json"


def test_the_same_checkpoint_gives_the_same_bytes(exported: Exported, checkpoint: Path) -> None:
    assert hashlib.sha256(run(checkpoint).zip).digest() == hashlib.sha256(exported.zip).digest()


def test_files_are_what_the_manifest_says(archive: zipfile.ZipFile) -> None:
    manifest = json.loads(archive.read("manifest.json"))
    listed = [manifest["files"]["fp32"], manifest["files"]["fp16"], manifest["files"]["reference"]]
    for file in listed:
        content = archive.read(file["path"])
        assert (file["bytes"], file["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
    assert {file["path"] for file in listed} | {"manifest.json", "README.md"} == set(archive.namelist())


def test_manifest_speaks_of_the_arm_and_invents_nothing(archive: zipfile.ZipFile) -> None:
    manifest = json.loads(archive.read("manifest.json"))
    assert [joint["name"] for joint in manifest["joints"]][0::5] == ["shoulder_pan", "gripper"]
    assert [joint["unit"] for joint in manifest["joints"]] == ["degrees"] * 5 + ["percent"]
    assert manifest["cameras"] == [{"name": "top", "width": 64, "height": 48}]
    assert (manifest["fps"], manifest["chunk_size"], manifest["n_action_steps"]) == (30, 4, 4)
    training = manifest["training"]
    assert training["dataset_fingerprint"] == ""
    assert training["state_min"] == training["state_max"] == []
    assert training["seconds"] is None
    assert manifest["success"] == []
    assert set(manifest["metrics"]) == {"parity_fp32", "parity_fp16"}


def test_any_reader_can_check_itself(archive: zipfile.ZipFile) -> None:
    """Only with the zip: the reference answers come out of the model, for each of three different observations."""
    tensors = load(archive.read("reference.safetensors"))
    assert {name: (value.shape, str(value.dtype)) for name, value in tensors.items()} == {
        "observation.state": ((3, 6), "float32"),
        "observation.images.top": ((3, 3, 48, 64), "float32"),
        "action": ((3, 4, 6), "float32"),
    }
    session = onnxruntime.InferenceSession(archive.read("policy.fp32.onnx"))
    for number in range(3):
        inputs = {name: value[number : number + 1] for name, value in tensors.items() if name != "action"}
        (answer,) = session.run(None, inputs)
        assert np.abs(answer[0] - tensors["action"][number]).max() <= 1e-4
    assert np.abs(tensors["action"][0] - tensors["action"][1]).max() > 0.01
    pictures = tensors["observation.images.top"]
    assert pictures.min() >= 0
    assert pictures.max() <= 1


def test_card_states_what_is_not_known(archive: zipfile.ZipFile) -> None:
    card = archive.read("README.md").decode()
    assert "Success rate: not measured" in card
    assert "What it cannot do: not stated" in card


def test_command_line(checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "policy.zip"
    facts = [
        "--robot",
        "so101_follower",
        "--fps",
        "25",
        "--real",
        "--limits",
        "One table.",
        "--metric",
        "final_loss=0.25",
    ]
    assert main([str(checkpoint.parent), "-o", str(out), *facts]) == 0
    assert "nodes" in capsys.readouterr().out
    with zipfile.ZipFile(out) as archive:
        manifest = json.loads(archive.read("manifest.json"))
    assert (manifest["fps"], manifest["limits"], manifest["training"]["simulated"]) == (25, "One table.", False)
    assert manifest["metrics"]["final_loss"] == 0.25
    assert [path.name for path in tmp_path.iterdir()] == ["policy.zip"]


def test_command_line_refuses_in_words(checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "policy.zip"
    assert main([str(checkpoint), "-o", str(out), "--robot", "so101_follower", "--fps", "30"]) == 1
    assert "error[facts_missing]" in capsys.readouterr().err
    assert main([str(checkpoint), "-o", str(out), "--real"]) == 1
    assert "error[facts_missing]" in capsys.readouterr().err
    assert main([str(tmp_path), "-o", str(out), "--real"]) == 1
    assert "error[no_checkpoint]" in capsys.readouterr().err
    assert not out.exists()


def test_a_failed_write_leaves_the_old_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "policy.zip"
    out.write_bytes(b"old")

    def full(self: Path, _: bytes) -> int:
        self.touch()
        raise OSError("disk full")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="disk full"):
        write_whole(out, b"new")
    assert out.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [out]


def test_what_is_too_large_goes_without_16_bits_or_not_at_all(
    exported: Exported, checkpoint: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = sum(exported.manifest["files"][name]["bytes"] for name in ("fp32", "fp16", "reference"))
    monkeypatch.setattr("edubotics_export.package.SPARE_BYTES", 0)
    monkeypatch.setattr("edubotics_export.package.MOST_BYTES", whole - 1)
    made = run(checkpoint)
    assert set(made.manifest["files"]) == {"fp32", "reference"}
    assert set(made.manifest["metrics"]) == {"parity_fp32"}
    monkeypatch.setattr("edubotics_export.package.MOST_BYTES", exported.manifest["files"]["fp32"]["bytes"])
    with pytest.raises(ExportError) as refused:
        run(checkpoint)
    assert refused.value.code == "too_large"


@pytest.mark.parametrize(("value", "shown"), [(0.0, 0.0), (0.000123, 0.00013), (0.12, 0.12), (9.91, 10.0)])
def test_figures_are_never_better_than_measured(value: float, shown: float) -> None:
    assert round_up(value) == pytest.approx(shown)
    assert round_up(value) >= value
