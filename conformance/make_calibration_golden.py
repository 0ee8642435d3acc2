"""Calibration files as LeRobot writes them, for the tests of our reader and writer.

    python conformance/make_calibration_golden.py > src/lib/robot/calibration-files/fixtures/lerobot-golden.json

Each case holds the values and the text that LeRobot's own `Robot._save_calibration` puts on disk for them.
"""

import json
import random
import tempfile
from pathlib import Path

from lerobot_judge import quiet  # noqa: F401  (first: it sets the environment)

from lerobot.motors import MotorCalibration
from lerobot.robots.so_follower import SO101Follower, SO101FollowerConfig
from lerobot.teleoperators.so_leader import SO101Leader, SO101LeaderConfig
from lerobot_judge.report import versions

JOINTS = ["shoulder_pan", "shoulder_lift", "elbow_flex", "wrist_flex", "wrist_roll", "gripper"]
SEED = 1


def cases() -> list[dict[str, MotorCalibration]]:
    draw = random.Random(SEED)
    made = []
    for _ in range(4):
        entries = {}
        for n, joint in enumerate(JOINTS):
            low, high = (0, 4095) if joint == "wrist_roll" else (draw.randint(0, 1100), draw.randint(2900, 4095))
            entries[joint] = MotorCalibration(n + 1, 0, draw.randint(-2047, 2047), low, high)
        made.append(entries)
    made[0]["gripper"].homing_offset = 2047
    made[1]["gripper"].homing_offset = -2047
    made[2]["gripper"].homing_offset = 0
    made[3]["gripper"].drive_mode = 1
    return made


def saved_by(device, calibration: dict[str, MotorCalibration]) -> str:
    device.calibration = calibration
    device._save_calibration()
    return device.calibration_fpath.read_bytes().decode()


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        follower = SO101Follower(SO101FollowerConfig(port="none", id="arm", calibration_dir=Path(folder) / "robots"))
        leader = SO101Leader(SO101LeaderConfig(port="none", id="arm", calibration_dir=Path(folder) / "teleoperators"))
        written = [
            {
                "calibration": {joint: vars(entry) for joint, entry in calibration.items()},
                "follower": saved_by(follower, calibration),
                "leader": saved_by(leader, calibration),
            }
            for calibration in cases()
        ]
    print(json.dumps({"lerobot": versions()["lerobot"], "seed": SEED, "cases": written}, indent="\t"))


if __name__ == "__main__":
    main()
