"""Writes a small dataset with LeRobot itself: 3 episodes of 60 frames, two cameras of 320x240.

    python conformance/make_golden.py OUT [--expect expect.json] [--codec libsvtav1|h264]

Every picture carries its painted number, the first joint is a known function of the frame, so that the judge can be
tried on data that is right by definition. OUT must not exist. --expect writes what the judge should find in it.
"""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

from lerobot_judge import quiet  # noqa: F401  (first: it sets the environment)

import numpy as np
from lerobot_judge import painted
from lerobot_judge.writer import Episode, Frame, write

FPS = 30
LENGTH = 60
CAMERAS = {"front": (320, 240), "wrist": (320, 240)}
JOINTS = ["shoulder_pan", "shoulder_lift", "elbow_flex", "wrist_flex", "wrist_roll", "gripper"]
TASKS = ["Pick up the cube", "Pick up the cube", "Put the cube in the bin"]
# Numbers differ between episodes and cameras: a swapped file or camera shows.
EPISODE_STEP = 1000
CAMERA_STEP = 20_000
# First joint, degrees: start + slope * frame.
RAMP_START, RAMP_SLOPE = -30.0, 1.0


def picture(width: int, height: int, number: int, frame: int) -> np.ndarray:
    """A quiet gradient, a moving block and the painted number."""
    across = np.linspace(40, 200, width, dtype=np.float32)[None, :]
    down = np.linspace(30, 120, height, dtype=np.float32)[:, None]
    rgb = np.stack(np.broadcast_arrays(across, down, 0.5 * (across + down)), axis=-1).astype(np.uint8)
    left = 20 + round((width - 60) * frame / LENGTH)
    rgb[height // 2 : height // 2 + 30, left : left + 30] = (220, 60, 40)
    painted.paint(rgb, number)
    return rgb


def painted_number(episode: int, camera: int, frame: int) -> int:
    return camera * CAMERA_STEP + episode * EPISODE_STEP + frame


def joints(episode: int, frame: int) -> np.ndarray:
    """Degrees and, for the gripper, 0..100. Every episode moves differently, as demonstrations do."""
    phase = 2 * np.pi * frame / LENGTH
    state = [RAMP_START + RAMP_SLOPE * frame]
    state += [20 * (episode - 1) + (10 + 5 * episode) * np.sin(phase + k) for k in range(4)]
    state += [50 + 30 * np.sin(phase + episode)]
    return np.array(state, dtype=np.float32)


def frames(episode: int) -> Iterator[Frame]:
    for frame in range(LENGTH):
        pictures = {
            name: picture(width, height, painted_number(episode, camera, frame), frame)
            for camera, (name, (width, height)) in enumerate(CAMERAS.items())
        }
        yield Frame(state=joints(episode, frame), action=joints(episode, frame + 1), pictures=pictures)


def expectation() -> dict:
    return {
        "version": 1,
        "episodes": [
            {
                "length": LENGTH,
                "task": task,
                "painted": {
                    f"observation.images.{name}": {"offset": painted_number(episode, camera, 0)}
                    for camera, name in enumerate(CAMERAS)
                },
            }
            for episode, task in enumerate(TASKS)
        ],
        "joint": {
            "feature": "observation.state",
            "index": 0,
            "from": "row",
            "start": RAMP_START,
            "slope": RAMP_SLOPE,
            "tolerance": 1e-4,
        },
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--expect", type=Path)
    parser.add_argument("--codec", default="libsvtav1")
    arguments = parser.parse_args()
    write(
        arguments.out,
        fps=FPS,
        robot_type="so101_follower",
        joint_names=[f"{name}.pos" for name in JOINTS],
        cameras=CAMERAS,
        episodes=(Episode(task, frames(episode)) for episode, task in enumerate(TASKS)),
        codec=arguments.codec,
    )
    if arguments.expect:
        arguments.expect.write_text(json.dumps(expectation(), indent=1))


if __name__ == "__main__":
    main()
