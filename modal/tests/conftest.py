"""Checkpoints with random weights, written by LeRobot, small enough for a test."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

from lerobot_judge import quiet  # noqa: F401  (first: it sets the environment)

import pytest
from make_policy_random import make

from edubotics_export.export import Exported, export
from edubotics_export.manifest import Said

SAID = Said(robot_type="so101_follower", fps=30, simulated=True)
# Pictures of 64x48 give 2x2 positions behind a ResNet.
SIZE = (64, 48)
NAMES = ["top", "wrist", "front", "side"]
TINY = {"dim_model": 16, "n_heads": 2, "dim_feedforward": 24, "n_encoder_layers": 1, "n_vae_encoder_layers": 1}


def cameras(count: int) -> dict[str, tuple[int, int]]:
    return dict.fromkeys(NAMES[:count], SIZE)


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One camera, chunk of 4. Not to be changed: `spoiled` copies it."""
    folder = tmp_path_factory.mktemp("checkpoint") / "pretrained_model"
    return make(folder, cameras=cameras(1), **TINY, chunk_size=4, n_action_steps=4)


@pytest.fixture
def spoiled(checkpoint: Path, tmp_path: Path) -> Path:
    """A copy of the checkpoint for a test to break."""
    return Path(shutil.copytree(checkpoint, tmp_path / "pretrained_model"))


@pytest.fixture(scope="session")
def exported(checkpoint: Path) -> Exported:
    return run(checkpoint)


def run(folder: Path, dataset: Path | None = None, said: Said = SAID) -> Exported:
    return export(folder, dataset, said, lambda _: None)


def edit(path: Path, change: Callable[[dict], None]) -> None:
    value = json.loads(path.read_text())
    change(value)
    path.write_text(json.dumps(value))
