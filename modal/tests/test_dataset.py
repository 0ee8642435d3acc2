"""What a package says of its dataset, on a dataset that LeRobot wrote."""

import io
import json
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest
from conftest import SIZE, TINY, cameras, edit, run
from make_policy_random import make
from PIL import Image
from safetensors.numpy import load

from edubotics_export.errors import ExportError
from edubotics_export.manifest import Said

JOINTS = ["shoulder_pan", "shoulder_lift", "elbow_flex", "wrist_flex", "wrist_roll", "gripper"]
LENGTHS = [5, 7]
TASK = "Put the cube into the box"


def state(episode: int, frame: int) -> np.ndarray:
    return np.array([10 * episode + frame - 3.5 * joint for joint in range(6)], dtype=np.float32)


def picture(episode: int, frame: int) -> np.ndarray:
    """Its first pixel says which one it is."""
    pixels = np.full((SIZE[1], SIZE[0], 3), 90, dtype=np.uint8)
    pixels[0, 0] = (20 * episode + frame, 7, 200)
    return pixels


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from lerobot.datasets.lerobot_dataset import LeRobotDataset

    root = tmp_path_factory.mktemp("datasets") / "boxes"
    names = [f"{joint}.pos" for joint in JOINTS]
    vector = {"dtype": "float32", "shape": (6,), "names": names}
    image = {"dtype": "image", "shape": (SIZE[1], SIZE[0], 3), "names": ["height", "width", "channels"]}
    features = {"action": vector, "observation.state": vector, "observation.images.top": image}
    writer = LeRobotDataset.create(
        "class/boxes", fps=15, features=features, root=root, robot_type="so101_follower", use_videos=False
    )
    for episode, length in enumerate(LENGTHS):
        for frame in range(length):
            row = {"action": state(episode, frame), "observation.state": state(episode, frame)}
            writer.add_frame({**row, "observation.images.top": picture(episode, frame), "task": TASK})
        writer.save_episode()
    writer.finalize()
    return root


@pytest.fixture(scope="module")
def made(dataset: Path, tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("trained") / "pretrained_model"
    make(folder, cameras=cameras(1), **TINY)
    return zipfile.ZipFile(io.BytesIO(run(folder, dataset, Said(simulated=False)).zip))


def test_facts_come_from_the_dataset(made: zipfile.ZipFile) -> None:
    manifest = json.loads(made.read("manifest.json"))
    training = manifest["training"]
    assert (manifest["robot_type"], manifest["fps"]) == ("so101_follower", 15)
    assert [joint["name"] for joint in manifest["joints"]] == JOINTS
    assert (training["dataset"], training["task"]) == ("boxes", TASK)
    assert (training["episodes"], training["frames"]) == (2, sum(LENGTHS))
    assert training["state_min"] == [-3.5 * joint for joint in range(6)]
    assert training["state_max"] == [10 + 6 - 3.5 * joint for joint in range(6)]


def test_the_picture_is_the_first_one_of_the_dataset(made: zipfile.ZipFile) -> None:
    shown = np.asarray(Image.open(io.BytesIO(made.read("pictures/top.png"))))
    assert np.array_equal(shown, picture(0, 0))


def test_the_reference_are_frames_of_the_dataset(made: zipfile.ZipFile) -> None:
    tensors = load(made.read("reference.safetensors"))
    assert np.array_equal(tensors["observation.state"][0], state(0, 0))
    assert np.array_equal(tensors["observation.state"][2], state(1, LENGTHS[1] - 1))
    assert np.array_equal(np.round(tensors["observation.images.top"][2, :, 0, 0] * 255), [26, 7, 200])


def test_the_fingerprint_is_of_the_content(dataset: Path, tmp_path: Path) -> None:
    from edubotics_export.dataset import read

    first = read(dataset, None, None)
    copy = Path(shutil.copytree(dataset, tmp_path / "elsewhere"))
    assert read(copy, None, None).fingerprint == first.fingerprint
    edit(copy / "meta" / "info.json", lambda info: info.update(fps=16))
    assert read(copy, None, None).fingerprint != first.fingerprint


def test_only_the_episodes_that_were_trained_on(dataset: Path, checkpoint: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(checkpoint, tmp_path / "pretrained_model"))
    told = {"repo_id": "class/boxes", "root": str(dataset), "episodes": [1]}
    (folder / "train_config.json").write_text(json.dumps({"dataset": told, "steps": 4}))
    training = run(folder, said=Said(simulated=True)).manifest["training"]
    assert (training["dataset"], training["episodes"], training["frames"]) == ("class/boxes", 1, LENGTHS[1])
    assert training["state_min"][0] == 10
    assert training["steps"] == 4


def test_statistics_of_another_dataset_are_remarked(dataset: Path, checkpoint: Path) -> None:
    notes = run(checkpoint, dataset, Said(simulated=True)).notes
    assert any("may not be the one trained on" in note for note in notes)


@pytest.mark.parametrize(
    ("code", "settings"),
    [
        ("dataset_does_not_fit", {"cameras": {"wrist": SIZE}}),
        ("dataset_does_not_fit", {"cameras": {"top": (96, 64)}}),
        ("dataset_does_not_fit", {"joints": 7}),
    ],
    ids=["another camera", "another size", "another arm"],
)
def test_a_dataset_of_something_else(code: str, settings: dict, dataset: Path, tmp_path: Path) -> None:
    folder = make(tmp_path / "pretrained_model", **{"cameras": cameras(1), **TINY, **settings})
    with pytest.raises(ExportError) as refused:
        run(folder, dataset, Said(simulated=True))
    assert refused.value.code == code


def test_a_dataset_of_another_version(dataset: Path, checkpoint: Path, tmp_path: Path) -> None:
    old = Path(shutil.copytree(dataset, tmp_path / "old"))
    edit(old / "meta" / "info.json", lambda info: info.update(codebase_version="v2.1"))
    for root in (old, tmp_path / "nowhere"):
        with pytest.raises(ExportError) as refused:
            run(checkpoint, root, Said(simulated=True))
        assert refused.value.code == "dataset_unreadable"
