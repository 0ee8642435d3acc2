"""Real LeRobot and our driver calibrate one emulated SO-101 in turn, from the same poses, over one pseudo terminal.

    python conformance/judge_calibration.py /dev/pts/N --hand SOCKET --ours node our-calibration.mjs

`--hand` is the socket of tools/conformance/hand-chain.ts (it moves the arm and power-cycles it), `--ours` the command
of tools/conformance/our-calibration.ts. For SO101Follower and SO101Leader: the same file, the same lasting memory; each
takes what the other wrote; the same positions in the same units. Prints `ok:`/`FAIL:` lines.
"""

import argparse
import builtins
import contextlib
import io
import json
import socket
import subprocess
import tempfile
from pathlib import Path
from unittest import mock

from lerobot_judge import quiet  # noqa: F401  (first: it sets the environment)

from lerobot.robots.so_follower import SO101Follower, SO101FollowerConfig
from lerobot.teleoperators.so_leader import SO101Leader, SO101LeaderConfig
from lerobot_judge.patience import be_patient
from lerobot_judge.report import Report

ARM_ID = "judged"
JOINTS = ["shoulder_pan", "shoulder_lift", "elbow_flex", "wrist_flex", "wrist_roll", "gripper"]
# End stops of the published model, rad.
LOWER = [-1.919862, -1.745329, -1.69, -1.658063, -2.743847, -0.174533]
UPPER = [1.919862, 1.745329, 1.69, 1.658063, 2.841206, 1.745329]
MIDDLE = [0.0, 0.0, 0.0, 0.0, 0.0, 0.785398]
# The arm as usual, and one whose horns put raw 4095 into the middle pose of the pan joint: LeRobot's own offset
# overflows there, so only ours calibrates it.
SEAM_HOMINGS = [2048, -347, -247, -147, -47, 53]
POSES = [
    [0.1, -0.2, 0.3, -0.4, 0.5, 0.6],
    [-1.5, 1.2, -1.1, 1.0, -2.0, 1.5],
    LOWER,
    UPPER,
]
# Bytes of lasting memory that calibrating may change: limits, homing offset, mode.
CALIBRATION_BYTES = [9, 10, 11, 12, 31, 32, 33]
PSEUDO_TERMINALS = ("/dev/pts/", "/dev/ttys")


class Hand:
    """The person at the arm."""

    def __init__(self, path: str) -> None:
        line = socket.socket(socket.AF_UNIX)
        line.settimeout(60)
        line.connect(path)
        self.file = line.makefile("rw")

    def order(self, **order) -> dict:
        self.file.write(json.dumps(order) + "\n")
        self.file.flush()
        return json.loads(self.file.readline())

    def mount(self, homings: list[int] | None = None) -> None:
        self.order(do="mount", homingOffsets=homings)

    def move(self, pose: list[float]) -> None:
        self.order(do="hand", rad=pose)

    def sweep(self) -> None:
        """Every joint to both stops, all but the roll, which LeRobot does not sweep either."""
        for end in (LOWER, UPPER, MIDDLE):
            self.move([0.0 if joint == "wrist_roll" else end[n] for n, joint in enumerate(JOINTS)])

    def power_cycle(self) -> list[list[int]]:
        return self.order(do="powerCycle")["servos"]


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

    def calibrate(self, hand: Hand) -> dict:
        answer = self.order(do="calibrate")
        while "ask" in answer:
            if answer["ask"] == "middle":
                hand.move(MIDDLE)
            else:
                hand.sweep()
            answer = self.order()
        if answer["problem"] is not None:
            raise RuntimeError(f"ours says {answer['problem']}")
        return answer


class Lerobot:
    """One of LeRobot's two arms, with its questions answered by the hand."""

    def __init__(self, role: str, port: str, folder: Path, hand: Hand) -> None:
        self.role = role
        self.hand = hand
        if role == "follower":
            self.device = SO101Follower(SO101FollowerConfig(port=port, id=ARM_ID, calibration_dir=folder))
        else:
            self.device = SO101Leader(SO101LeaderConfig(port=port, id=ARM_ID, calibration_dir=folder))
        self.file = folder / f"{ARM_ID}.json"
        be_patient(self.device.bus.port_handler)

    @contextlib.contextmanager
    def connected(self, ask):
        try:
            with mock.patch.object(builtins, "input", ask), contextlib.redirect_stdout(io.StringIO()):
                self.device.connect()
            yield self.device
        finally:
            if self.device.is_connected:
                self.device.disconnect()

    def calibrate(self) -> str:
        """LeRobot's own calibrate(); gives the file it saved."""
        stage = iter([LOWER, UPPER, MIDDLE])

        def ask(_question: str = "") -> str:
            self.hand.move(MIDDLE)
            return ""

        def pressed_enter() -> bool:
            """Called after every reading; one pose further each time, the last reading is at rest."""
            pose = next(stage, None)
            if pose is None:
                return True
            self.hand.move([0.0 if joint == "wrist_roll" else pose[n] for n, joint in enumerate(JOINTS)])
            return False

        with mock.patch("lerobot.motors.motors_bus.enter_pressed", pressed_enter), self.connected(ask):
            pass
        return self.file.read_bytes().decode()

    def read(self) -> dict[str, float]:
        return self.device.get_observation() if self.role == "follower" else self.device.get_action()


def refuse(question: str = "") -> str:
    raise RuntimeError(f"LeRobot asked: {question}")


def different(a: list[list[int]], b: list[list[int]], only: list[int] | None) -> list[str]:
    """Bytes of lasting memory that differ; index 40.. stands for address 80.."""
    problems = []
    for joint, ours, theirs in zip(JOINTS, a, b, strict=True):
        for n, (left, right) in enumerate(zip(ours, theirs, strict=True)):
            if left != right and (only is None or n in only):
                problems.append(f"{joint}: byte {n if n < 40 else n + 40} is {left}, LeRobot's {right}")
    return problems


def different_lines(ours: str, theirs: str) -> list[str]:
    if ours == theirs:
        return []
    pairs = zip(ours.split("\n"), theirs.split("\n"), strict=False)
    problems = [f"line {n + 1}: ours {a.strip()}, LeRobot's {b.strip()}" for n, (a, b) in enumerate(pairs) if a != b]
    return problems or [f"{len(ours)} characters, LeRobot's {len(theirs)}"]


def positions_agree(lerobot: Lerobot, ours: Ours, hand: Hand, text: str) -> list[str]:
    """Reads the same poses with both."""
    problems = []
    for pose in POSES:
        with lerobot.connected(refuse):
            hand.move(pose)
            theirs = {name: float(value) for name, value in lerobot.read().items()}
        answer = ours.order(do="read", text=text)
        if answer["problem"] is not None:
            return [f"ours says {answer['problem']}"]
        if answer["comparison"]["kind"] != "equal":
            problems.append(f"our comparison says {answer['comparison']}")
        problems += [
            f"{name}: ours {answer['positions'][name]}, LeRobot's {value}"
            for name, value in theirs.items()
            if answer["positions"].get(name) != value
        ]
    return problems


def accepts(lerobot: Lerobot) -> list[str]:
    """LeRobot, which has the file, connects without a question."""
    with lerobot.connected(refuse) as device:
        return [] if device.bus.is_calibrated else ["not calibrated"]


def judge(role: str, port: str, hand: Hand, ours: Ours, report: Report, folder: Path) -> None:
    def fresh(name: str, text: str | None = None) -> Lerobot:
        place = folder / f"{role}-{name}"
        place.mkdir()
        if text is not None:
            (place / f"{ARM_ID}.json").write_bytes(text.encode())
        return Lerobot(role, port, place, hand)

    def attempt(name: str, scene) -> bool:
        try:
            problems = scene()
        except Exception as error:  # noqa: BLE001  whatever LeRobot raises is the verdict
            problems = [f"{type(error).__name__}: {str(error).strip()[:400]}"]
        return report.check(f"{role}: {name}", problems)

    texts: dict[str, str] = {}
    memories: dict[str, list[list[int]]] = {}
    theirs = fresh("theirs")

    def calibrates(who: str, calibrate) -> list[str]:
        hand.mount()
        texts[who] = calibrate()
        memories[who] = hand.power_cycle()
        return []

    if not attempt("LeRobot calibrates a new arm", lambda: calibrates("theirs", theirs.calibrate)):
        return
    attempt(
        "ours takes what LeRobot calibrated, the same positions",
        lambda: positions_agree(theirs, ours, hand, texts["theirs"]),
    )
    attempt(
        "our connecting leaves LeRobot's calibration alone",
        lambda: different(hand.power_cycle(), memories["theirs"], None),
    )
    if not attempt("ours calibrates a new arm", lambda: calibrates("ours", lambda: ours.calibrate(hand)["file"])):
        return
    attempt("both save the same file", lambda: different_lines(texts["ours"], texts["theirs"]))
    # A leader's gains stay the factory's with LeRobot; the lab sets every arm up as one that can follow.
    only = None if role == "follower" else CALIBRATION_BYTES
    attempt("both leave the same lasting memory", lambda: different(memories["ours"], memories["theirs"], only))
    mine = fresh("ours", texts["ours"])
    attempt("LeRobot takes what ours calibrated, without a question", lambda: accepts(mine))
    attempt("the same positions then", lambda: positions_agree(mine, ours, hand, texts["ours"]))

    def by_file() -> list[str]:
        hand.mount()
        hand.move(MIDDLE)
        answer = ours.order(do="file", text=texts["theirs"])
        if answer["problem"] is not None:
            return [f"ours says {answer['problem']}"]
        problems = accepts(fresh("file", texts["theirs"]))
        return problems + different(hand.power_cycle(), memories["theirs"], CALIBRATION_BYTES)

    attempt("LeRobot's file, stored by ours, is LeRobot's calibration", by_file)

    def over_the_seam() -> list[str]:
        hand.mount(SEAM_HOMINGS)
        text = ours.calibrate(hand)["file"]
        device = fresh("seam", text)
        return accepts(device) + positions_agree(device, ours, hand, text)

    attempt("an arm on which LeRobot's offset overflows: ours calibrates it, LeRobot takes it", over_the_seam)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pty")
    parser.add_argument("--hand", required=True)
    parser.add_argument("--report", type=Path)
    parser.add_argument("--ours", nargs=argparse.REMAINDER, required=True)
    arguments = parser.parse_args()
    if not arguments.pty.startswith(PSEUDO_TERMINALS):
        raise SystemExit(f"{arguments.pty} is no pseudo terminal")
    report = Report()
    hand = Hand(arguments.hand)
    ours = Ours(arguments.ours, arguments.pty)
    try:
        with tempfile.TemporaryDirectory() as folder:
            for role in ("follower", "leader"):
                judge(role, arguments.pty, hand, ours, report, Path(folder))
    finally:
        ours.child.kill()
    return report.finish(arguments.report)


if __name__ == "__main__":
    raise SystemExit(main())
