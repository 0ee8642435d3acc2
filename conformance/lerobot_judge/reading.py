"""Reads every item of a dataset through LeRobot, as its training program would, with one video back-end."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

import numpy as np
from lerobot.datasets import video_utils
from lerobot.datasets.lerobot_dataset import LeRobotDataset

from . import painted
from .stats import PictureSums

# A dataset that fails at every item is judged after a few.
GIVE_UP_AFTER = 8
# Kept of every picture to compare the back-ends with: each 8th pixel.
THUMB_STEP = 8


@dataclass
class Reading:
    """What one back-end gave. Lists are in item order."""

    problems: list[str] = field(default_factory=list)
    tasks: list[object] = field(default_factory=list)
    episodes: list[int] = field(default_factory=list)
    # Camera key -> painted number or reason, per item.
    numbers: dict[str, list] = field(default_factory=dict)
    thumbs: dict[str, list[np.ndarray]] = field(default_factory=dict)
    # (episode, camera key) -> sums
    sums: dict[tuple[int, str], PictureSums] = field(default_factory=dict)

    @property
    def whole(self) -> bool:
        return not self.problems


def open_dataset(root: Path, backend: str) -> LeRobotDataset:
    return LeRobotDataset("local/judged", root=root, video_backend=backend, return_uint8=True)


@contextlib.contextmanager
def watch_decoders() -> Iterator[dict[str, int]]:
    """Counts how often LeRobot calls each decoder: a back-end asked for must be the one that answers."""
    calls = {"torchcodec": 0, "pyav": 0}

    def counted(name: str, decode):
        def decoder(*arguments, **options):
            calls[name] += 1
            return decode(*arguments, **options)

        return decoder

    names = {name: f"decode_video_frames_{name}" for name in calls}
    with contextlib.ExitStack() as stack:
        for name, attribute in names.items():
            real = getattr(video_utils, attribute)
            stack.enter_context(mock.patch.object(video_utils, attribute, counted(name, real)))
        yield calls


def shape_problems(item: dict, features: dict) -> list[str]:
    problems = []
    for key, feature in features.items():
        if key not in item:
            problems.append(f"{key} is missing")
            continue
        shape, wanted = tuple(item[key].shape), tuple(feature["shape"])
        if feature["dtype"] == "video":
            wanted = (wanted[2], wanted[0], wanted[1])
        if shape != wanted and not (wanted == (1,) and shape == ()):
            problems.append(f"{key} has shape {shape}, {wanted} declared")
        elif feature["dtype"].startswith("float") and not bool(np.isfinite(item[key].numpy()).all()):
            problems.append(f"{key} is not finite")
    return problems


def read_all(root: Path, backend: str, *, with_sums: bool) -> tuple[LeRobotDataset, Reading]:
    """Raises what LeRobot raises when the dataset cannot even be opened."""
    dataset = open_dataset(root, backend)
    reading = Reading()
    with watch_decoders() as calls:
        read_items(dataset, reading, with_sums=with_sums)
    others = [name for name, count in calls.items() if name != backend and count]
    if dataset.meta.video_keys and (others or not calls[backend]):
        reading.problems.append(f"asked for {backend}, decoded with {calls}")
    return dataset, reading


def read_items(dataset: LeRobotDataset, reading: Reading, *, with_sums: bool) -> None:
    cameras = list(dataset.meta.video_keys)
    reading.numbers = {key: [] for key in cameras}
    reading.thumbs = {key: [] for key in cameras}
    for row in range(len(dataset)):
        try:
            item = dataset[row]
        except Exception as error:  # noqa: BLE001  whatever LeRobot raises is the verdict
            reading.problems.append(f"item {row}: {type(error).__name__}: {str(error).splitlines()[0][:300]}")
            if len(reading.problems) >= GIVE_UP_AFTER:
                break
            continue
        reading.problems += [f"item {row}: {problem}" for problem in shape_problems(item, dataset.meta.features)]
        reading.tasks.append(item.get("task"))
        episode = int(item["episode_index"])
        reading.episodes.append(episode)
        for key in cameras:
            picture = item[key].numpy()
            reading.numbers[key].append(painted.read(picture))
            reading.thumbs[key].append(picture[:, ::THUMB_STEP, ::THUMB_STEP].copy())
            if with_sums:
                reading.sums.setdefault((episode, key), PictureSums()).add(picture)
