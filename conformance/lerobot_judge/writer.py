"""Writes a dataset with LeRobot itself: for the golden one, and as the peer in speed comparisons."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from lerobot.configs.video import RGBEncoderConfig
from lerobot.datasets.lerobot_dataset import LeRobotDataset


# LeRobot's streaming encoder throws frames away when its queue is full, and the pictures then no longer belong to
# their rows. Frames come faster than real time here, so the queue holds the longest episode.
STREAMING_QUEUE = 20_000


@dataclass
class Frame:
    state: np.ndarray
    action: np.ndarray
    # Camera name -> (height, width, 3) uint8 RGB.
    pictures: dict[str, np.ndarray]


@dataclass
class Episode:
    task: str
    frames: Iterable[Frame]


def vector_feature(names: list[str]) -> dict:
    return {"dtype": "float32", "shape": (len(names),), "names": names}


def write(
    root: Path,
    *,
    fps: int,
    robot_type: str,
    joint_names: list[str],
    cameras: dict[str, tuple[int, int]],
    episodes: Iterable[Episode],
    codec: str = "libsvtav1",
    streaming: bool = False,
) -> None:
    """Cameras: name -> (width, height). `root` must not exist. `streaming` encodes while frames come in."""
    features = {"action": vector_feature(joint_names), "observation.state": vector_feature(joint_names)}
    for name, (width, height) in cameras.items():
        features[f"observation.images.{name}"] = {
            "dtype": "video",
            "shape": (height, width, 3),
            "names": ["height", "width", "channels"],
        }
    dataset = LeRobotDataset.create(
        repo_id="local/golden",
        fps=fps,
        features=features,
        root=root,
        robot_type=robot_type,
        use_videos=True,
        rgb_encoder=RGBEncoderConfig(vcodec=codec),
        streaming_encoding=streaming,
        encoder_queue_maxsize=STREAMING_QUEUE,
    )
    for episode in episodes:
        for frame in episode.frames:
            row = {"action": frame.action, "observation.state": frame.state, "task": episode.task}
            row |= {f"observation.images.{name}": picture for name, picture in frame.pictures.items()}
            dataset.add_frame(row)
        dataset.save_episode()
    dataset.finalize()
