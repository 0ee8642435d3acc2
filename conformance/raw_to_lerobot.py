"""Raw frames to a finished dataset, written by LeRobot itself: the peer of our writer in the benchmark.

    python conformance/raw_to_lerobot.py RAW_DIR OUT [--codec libsvtav1|h264] [--streaming]

RAW_DIR holds raw.json and the files it names:

    {"version": 1, "fps": 30, "robot_type": "so101_follower", "joint_names": ["shoulder_pan.pos", ...],
     "cameras": {"front": {"width": 320, "height": 240}, ...},
     "episodes": [{"task": "Pick up the cube", "frames": 900,
                   "rows": "0.rows", "pictures": {"front": "0.front.i420", ...}}, ...]}

  rows       little-endian float32; per frame N state values, then N action values (N joints)
  pictures   one planar YUV 4:2:0 picture per frame without padding: Y, U, V; BT.601, limited range

Prints one JSON line on stdout (the encoders chatter on stderr): CPU seconds (user + system, children included) from the
first raw byte to the finished tree. `convert` is the part spent turning I420 into the RGB that add_frame takes;
`import` (not part of `total`) is what loading LeRobot cost. OUT must not exist.
"""

import argparse
import json
import resource
import time
from collections.abc import Iterator
from pathlib import Path

from lerobot_judge import quiet  # noqa: F401  (first: it sets the environment)


def cpu_seconds() -> float:
    """User and system time of this process and of the children it has waited for."""
    spent = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in spent)


BEFORE_IMPORTS = cpu_seconds()

import cv2  # noqa: E402
import numpy as np  # noqa: E402
from lerobot_judge.report import versions  # noqa: E402
from lerobot_judge.writer import Episode, Frame, write  # noqa: E402


class Raw:
    """Reads the raw folder, picture by picture."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.about = json.loads((folder / "raw.json").read_text())
        if self.about.get("version") != 1:
            raise SystemExit(f"{folder}/raw.json: version {self.about.get('version')} is not 1")
        self.convert_seconds = 0.0
        self.sizes = {name: (camera["width"], camera["height"]) for name, camera in self.about["cameras"].items()}

    def picture(self, file, width: int, height: int) -> np.ndarray:
        data = file.read(width * height * 3 // 2)
        begin = time.thread_time()
        planes = np.frombuffer(data, dtype=np.uint8).reshape(height * 3 // 2, width)
        rgb = cv2.cvtColor(planes, cv2.COLOR_YUV2RGB_I420)
        self.convert_seconds += time.thread_time() - begin
        return rgb

    def frames(self, episode: dict) -> Iterator[Frame]:
        joints = len(self.about["joint_names"])
        rows = np.fromfile(self.folder / episode["rows"], dtype="<f4").reshape(episode["frames"], 2, joints)
        files = {name: (self.folder / path).open("rb") for name, path in episode["pictures"].items()}
        try:
            for state, action in rows:
                pictures = {name: self.picture(file, *self.sizes[name]) for name, file in files.items()}
                yield Frame(state=state, action=action, pictures=pictures)
        finally:
            for file in files.values():
                file.close()

    def episodes(self) -> Iterator[Episode]:
        for episode in self.about["episodes"]:
            yield Episode(episode["task"], self.frames(episode))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("raw", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--codec", default="libsvtav1")
    parser.add_argument("--streaming", action="store_true", help="LeRobot encodes while frames come in")
    arguments = parser.parse_args()
    # One thread of its own, so that its CPU seconds are the conversion and nothing else.
    cv2.setNumThreads(1)
    raw = Raw(arguments.raw)
    begin_cpu, begin_wall = cpu_seconds(), time.monotonic()
    write(
        arguments.out,
        fps=raw.about["fps"],
        robot_type=raw.about["robot_type"],
        joint_names=raw.about["joint_names"],
        cameras=raw.sizes,
        episodes=raw.episodes(),
        codec=arguments.codec,
        streaming=arguments.streaming,
    )
    end_cpu, end_wall = cpu_seconds(), time.monotonic()
    frames = sum(episode["frames"] for episode in raw.about["episodes"])
    result = {
        "frames": frames,
        "cameras": len(raw.sizes),
        "codec": arguments.codec,
        "streaming": arguments.streaming,
        "cpuSeconds": {
            "total": round(end_cpu - begin_cpu, 3),
            "convert": round(raw.convert_seconds, 3),
            "import": round(begin_cpu - BEFORE_IMPORTS, 3),
        },
        "wallSeconds": round(end_wall - begin_wall, 3),
        "bytes": sum(file.stat().st_size for file in arguments.out.rglob("*") if file.is_file()),
        "versions": versions(),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
