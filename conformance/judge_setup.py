"""Real LeRobot and our driver give the same six new motors their numbers, over one pseudo terminal.

    python conformance/judge_setup.py /dev/pts/N --box SOCKET --ours node our-setup.mjs SOCKET

`--box` is the socket of tools/conformance/box-chain.ts (it plugs motors in and power-cycles them), `--ours` the command
of tools/conformance/our-setup.ts. Twice: motors as they come, and motors that stand at other numbers and rates. Both
leave the same lasting memory; each finds what the other set up. Prints `ok:`/`FAIL:` lines.
"""

import argparse
import builtins
import contextlib
import io
import json
import re
import socket
import subprocess
import tempfile
from pathlib import Path
from unittest import mock

from lerobot_judge import quiet  # noqa: F401  (first: it sets the environment)

from lerobot.robots.so_follower import SO101Follower, SO101FollowerConfig
from lerobot_judge.patience import be_patient
from lerobot_judge.report import Report

JOINTS = ["shoulder_pan", "shoulder_lift", "elbow_flex", "wrist_flex", "wrist_roll", "gripper"]
# [id, Baud_Rate register]: 1 500k, 4 115200, 5 57600, 6 38400, 7 19200.
SCATTERED = {
    "gripper": [9, 1],
    "wrist_roll": [1, 4],
    "wrist_flex": [200, 0],
    "elbow_flex": [3, 5],
    "shoulder_lift": [17, 6],
    "shoulder_pan": [1, 7],
}
BOXES = {"out of their boxes": {}, "at other numbers and rates": SCATTERED}
PSEUDO_TERMINALS = ("/dev/pts/", "/dev/ttys")


class Box:
    """The person with the motors."""

    def __init__(self, path: str) -> None:
        line = socket.socket(socket.AF_UNIX)
        line.settimeout(60)
        line.connect(path)
        self.file = line.makefile("rw")

    def order(self, **order) -> dict:
        self.file.write(json.dumps(order) + "\n")
        self.file.flush()
        return json.loads(self.file.readline())

    def unpack(self, places: dict) -> None:
        self.order(do="box", places=places)
        self.plug()

    def plug(self, *joints: str) -> None:
        self.order(do="plug", joints=joints)


class Ours:
    """Our driver as a program that answers each line with a line."""

    def __init__(self, command: list[str], pty: str) -> None:
        self.child = subprocess.Popen([*command, pty], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def order(self, **order) -> dict:
        self.child.stdin.write(json.dumps(order) + "\n")
        self.child.stdin.flush()
        line = self.child.stdout.readline()
        if not line:
            raise RuntimeError("our program ended")
        return json.loads(line)

    def set_up(self, box: Box) -> None:
        answer = self.order(do="setUp")
        while "ask" in answer:
            box.plug(answer["ask"])
            answer = self.order()
        if answer["step"] != "all_done":
            raise RuntimeError(f"ours says {answer}")


def follower(port: str, folder: str) -> SO101Follower:
    device = SO101Follower(SO101FollowerConfig(port=port, id="judged", calibration_dir=Path(folder)))
    be_patient(device.bus.port_handler)
    return device


def lerobot_sets_up(port: str, folder: str, box: Box) -> None:
    """LeRobot's own setup_motors(), its questions answered by plugging in what it names."""

    def plug(question: str = "") -> str:
        box.plug(re.search(r"'(\w+)'", question).group(1))
        return ""

    device = follower(port, folder)
    try:
        with mock.patch.object(builtins, "input", plug), contextlib.redirect_stdout(io.StringIO()):
            device.setup_motors()
    finally:
        device.bus.disconnect(disable_torque=False)


def lerobot_finds(port: str, folder: str) -> list[str]:
    """LeRobot's handshake: every motor there, right model, one firmware."""
    bus = follower(port, folder).bus
    bus.connect()
    models = {joint: bus.ping(joint) for joint in JOINTS}
    bus.disconnect(disable_torque=False)
    return [f"{joint} is model {model}" for joint, model in models.items() if model != 777]


def ours_finds(ours: Ours) -> list[str]:
    """Set up and never calibrated: that and nothing else is what we have to say."""
    problem = ours.order(do="diagnose")["problem"]
    return [] if problem is not None and problem["cause"] == "not_calibrated" else [f"ours says {problem}"]


def different(ours: list[list[int]], theirs: list[list[int]]) -> list[str]:
    """Bytes of lasting memory that differ; index 40.. stands for address 80.."""
    return [
        f"{joint}: byte {n if n < 40 else n + 40} is {left}, LeRobot's {right}"
        for joint, mine, other in zip(JOINTS, ours, theirs, strict=True)
        for n, (left, right) in enumerate(zip(mine, other, strict=True))
        if left != right
    ]


def judge(name: str, places: dict, port: str, box: Box, ours: Ours, report: Report, folder: str) -> None:
    held: dict[str, dict] = {}

    def attempt(what: str, scene) -> bool:
        try:
            problems = scene()
        except Exception as error:  # noqa: BLE001  whatever LeRobot raises is the verdict
            problems = [f"{type(error).__name__}: {str(error).strip()[:400]}"]
        return report.check(f"motors {name}: {what}", problems)

    def sets_up(who: str, set_up) -> list[str]:
        box.unpack(places)
        set_up()
        held[who] = box.order(do="powerCycle")
        box.plug(*JOINTS)
        return []

    lerobot = lambda: lerobot_sets_up(port, folder, box)  # noqa: E731
    if not attempt("LeRobot sets them up", lambda: sets_up("theirs", lerobot)):
        return
    attempt("ours finds what LeRobot set up", lambda: ours_finds(ours))
    if not attempt("ours sets them up", lambda: sets_up("ours", lambda: ours.set_up(box))):
        return
    attempt("LeRobot finds what ours set up", lambda: lerobot_finds(port, folder))
    attempt(
        "both leave the same lasting memory", lambda: different(held["ours"]["servos"], held["theirs"]["servos"])
    )
    writes = {who: sum(answer["writes"]) for who, answer in held.items()}
    report.facts[name] = {"lasting writes": writes}
    more = writes["ours"] > writes["theirs"]
    detail = f"{writes['ours']}, LeRobot's {writes['theirs']}"
    report.check(f"motors {name}: no more lasting writes than LeRobot", [detail] if more else [], detail)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pty")
    parser.add_argument("--box", required=True)
    parser.add_argument("--report", type=Path)
    parser.add_argument("--ours", nargs=argparse.REMAINDER, required=True)
    arguments = parser.parse_args()
    if not arguments.pty.startswith(PSEUDO_TERMINALS):
        raise SystemExit(f"{arguments.pty} is no pseudo terminal")
    report = Report()
    box = Box(arguments.box)
    ours = Ours(arguments.ours, arguments.pty)
    try:
        with tempfile.TemporaryDirectory() as folder:
            for name, places in BOXES.items():
                judge(name, places, arguments.pty, box, ours, report, folder)
    finally:
        ours.child.kill()
    return report.finish(arguments.report)


if __name__ == "__main__":
    raise SystemExit(main())
