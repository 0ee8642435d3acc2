"""Real LeRobot drives an emulated SO-101 over a pseudo terminal.

    python conformance/judge_bus.py /dev/pts/N [--log out.txt] [--expect-log golden/so101-connect.txt]
        [--report out.json] [--tolerance-degrees 4]

Four scenes, each with LeRobot's own SO101Follower: a calibration file the servos do not know (LeRobot writes it to
them); a calibrated connection, whose bytes must equal the golden log; reading, moving and letting go; no calibration
at all (LeRobot's calibrate(), with the person's hands and Enter key played by this program). Prints `ok:`/`FAIL:`
lines, then one JSON object of what LeRobot saw. It moves the arm without guards, so only a pseudo terminal is allowed.
"""

import argparse
import builtins
import contextlib
import io
import json
import tempfile
import time
from pathlib import Path
from unittest import mock

from lerobot_judge import quiet  # noqa: F401  (first: it sets the environment)

from lerobot.robots.so_follower import SO101Follower, SO101FollowerConfig
from lerobot_judge import tap as taps
from lerobot_judge.patience import be_patient
from lerobot_judge.report import Report, versions

ARM_ID = "judged"
JOINTS = ["shoulder_pan", "shoulder_lift", "elbow_flex", "wrist_flex", "wrist_roll", "gripper"]
HOMINGS = [-447, -347, -247, -147, -47, 53]
# The calibration the golden log was recorded with.
CALIBRATION = {
    joint: {
        "id": n + 1,
        "drive_mode": 0,
        "homing_offset": HOMINGS[n],
        "range_min": 0 if joint == "wrist_roll" else 1447,
        "range_max": 4095 if joint == "wrist_roll" else 2587,
    }
    for n, joint in enumerate(JOINTS)
}
# Linux and macOS.
PSEUDO_TERMINALS = ("/dev/pts/", "/dev/ttys")
MOVE_LIMIT_S = 8.0
SWEEP_TICKS = 400
SWEEP_REACHED_TICKS = 80
GOLDEN_TITLE = """Bytes between LeRobot 0.6.1 and six STS3215 servos while SO101Follower connects to a calibrated arm,
asks once more whether it is calibrated, and reads the positions. Host -> servo answers, one exchange a line.
Written by judge_bus.py --log."""


class Talk:
    """One SO101Follower on the pseudo terminal, its port tapped, its questions answered or refused."""

    def __init__(self, port: str, folder: Path, answers: list[str]) -> None:
        config = SO101FollowerConfig(port=port, id=ARM_ID, calibration_dir=folder)
        self.robot = SO101Follower(config)
        self.tap = taps.Tap()
        self.tap.attach(self.robot.bus.port_handler)
        be_patient(self.robot.bus.port_handler)
        self.answers = answers
        self.questions: list[str] = []

    def ask(self, question: str = "") -> str:
        self.questions.append(question)
        if not self.answers:
            raise RuntimeError(f"LeRobot asked: {question}")
        return self.answers.pop(0)

    @contextlib.contextmanager
    def connected(self):
        with mock.patch.object(builtins, "input", self.ask), contextlib.redirect_stdout(io.StringIO()):
            self.robot.connect()
        try:
            yield self.robot
        finally:
            if self.robot.is_connected:
                self.robot.disconnect()


class Hands:
    """Plays the person who moves every joint through its range and then presses Enter."""

    def __init__(self, robot: SO101Follower) -> None:
        self.bus = robot.bus
        self.centre: dict[str, int] = {}
        self.stage = 0
        self.deadline = 0.0

    def raw(self) -> dict[str, int]:
        return self.bus.sync_read("Present_Position", normalize=False, num_retry=2)

    def pressed_enter(self) -> bool:
        """Called by LeRobot after each reading: up, down, back, and done."""
        if self.stage == 0:
            self.centre = self.raw()
            self.bus.enable_torque()
        offsets = [SWEEP_TICKS, -SWEEP_TICKS, 0]
        if self.stage == 0 or self.reached(offsets[self.stage - 1]):
            if self.stage == len(offsets):
                self.bus.disable_torque()
                return True
            self.push(offsets[self.stage])
            self.stage += 1
        return False

    def push(self, offset: int) -> None:
        goals = {joint: value + offset for joint, value in self.centre.items()}
        self.bus.sync_write("Goal_Position", goals, normalize=False)
        self.deadline = time.monotonic() + MOVE_LIMIT_S

    def state_of(self, joints: list[str]) -> dict[str, dict[str, int]]:
        """What the servos say of themselves, for the message of a failure."""
        names = [
            "Present_Position", "Goal_Position", "Torque_Enable", "Present_Load", "Status", "Torque_Limit",
            "Min_Position_Limit", "Max_Position_Limit", "Homing_Offset", "Present_Voltage",
        ]  # fmt: skip
        read = self.bus.read
        return {
            joint: {"centre": self.centre[joint], **{name: read(name, joint, normalize=False) for name in names}}
            for joint in joints
        }

    def reached(self, offset: int) -> bool:
        now = self.raw()
        far = [joint for joint in JOINTS if abs(now[joint] - self.centre[joint] - offset) > SWEEP_REACHED_TICKS]
        if far and time.monotonic() > self.deadline:
            raise RuntimeError(f"did not follow the hand to {offset} ticks: {self.state_of(far)}")
        return not far


def write_file(folder: Path) -> None:
    (folder / f"{ARM_ID}.json").write_text(json.dumps(CALIBRATION, indent=4))


def scene_foreign_file(port: str, folder: Path, seen: dict) -> list[str]:
    """The servos do not know the file: LeRobot asks, Enter says 'use the file', it writes it to them."""
    write_file(folder)
    talk = Talk(port, folder, answers=[""])
    with talk.connected() as robot:
        seen["models"] = {joint: robot.bus.ping(joint) for joint in JOINTS}
        firmware = {
            joint: [
                robot.bus.read(name, joint, normalize=False)
                for name in ("Firmware_Major_Version", "Firmware_Minor_Version")
            ]
            for joint in JOINTS
        }
        seen["firmware"] = {joint: ".".join(map(str, pair)) for joint, pair in firmware.items()}
        problems = [] if robot.is_calibrated else ["not calibrated after LeRobot wrote the file to the servos"]
        problems += [
            f"{joint} is model {model}, 777 expected" for joint, model in seen["models"].items() if model != 777
        ]
    if len(set(seen["firmware"].values())) != 1:
        problems.append(f"firmware differs: {seen['firmware']}")
    return problems


def scene_calibrated(port: str, folder: Path, seen: dict) -> tuple[list[str], list[taps.Exchange]]:
    """Connecting asks nothing; the bytes are those of the golden log."""
    talk = Talk(port, folder, answers=[])
    with talk.connected() as robot:
        calibrated = robot.is_calibrated
        observation = robot.get_observation()
        said = talk.tap.cut()
        seen["positions"] = {name: round(float(value), 3) for name, value in observation.items()}
    problems = [] if calibrated else ["not calibrated any more"]
    if list(seen["positions"]) != [f"{joint}.pos" for joint in JOINTS]:
        problems.append(f"observation {list(seen['positions'])}")
    return problems, said


def scene_move(port: str, folder: Path, seen: dict, tolerance: float) -> list[str]:
    """Two poses, read back; then torque is off after LeRobot has gone."""
    problems = []
    talk = Talk(port, folder, answers=[])
    poses = [[10.0, -10.0, 10.0, 10.0, -20.0, 30.0], [0.0, 0.0, 0.0, 0.0, 0.0, 50.0]]
    seen["moves"] = []
    with talk.connected() as robot:
        for pose in poses:
            goal = {f"{joint}.pos": value for joint, value in zip(JOINTS, pose, strict=True)}
            sent = robot.send_action(goal)
            if sent != goal:
                problems.append(f"LeRobot sent {sent} instead of {goal}")
            reached, seconds = follow(robot, goal, tolerance)
            seen["moves"].append({"goal": goal, "reached": reached, "seconds": round(seconds, 2)})
            problems += [
                f"{name} went to {reached[name]:.2f}, {wanted:.2f} sent"
                for name, wanted in goal.items()
                if abs(reached[name] - wanted) > tolerance
            ]
        rounds = 200
        begin = time.monotonic()
        for _ in range(rounds):
            robot.get_observation()
        seen["reads_per_second"] = round(rounds / (time.monotonic() - begin))
    bus = talk.robot.bus
    bus.connect(handshake=False)
    try:
        torque = {joint: bus.read("Torque_Enable", joint, normalize=False) for joint in JOINTS}
    finally:
        bus.disconnect(disable_torque=False)
    return problems + [f"{joint} holds torque after disconnect" for joint, value in torque.items() if value != 0]


def follow(robot: SO101Follower, goal: dict[str, float], tolerance: float) -> tuple[dict[str, float], float]:
    """Reads until every joint is there, or for MOVE_LIMIT_S."""
    begin = time.monotonic()
    while True:
        now = {name: float(value) for name, value in robot.get_observation().items()}
        there = all(abs(now[name] - wanted) <= tolerance / 2 for name, wanted in goal.items())
        if there or time.monotonic() - begin > MOVE_LIMIT_S:
            return {name: round(value, 3) for name, value in now.items()}, time.monotonic() - begin
        time.sleep(0.02)


def scene_calibrate(port: str, folder: Path, seen: dict) -> list[str]:
    """No file: LeRobot calibrates, saves the file, and a second connection needs no question."""
    talk = Talk(port, folder, answers=[""])
    hands = Hands(talk.robot)
    with mock.patch("lerobot.motors.motors_bus.enter_pressed", hands.pressed_enter), talk.connected():
        pass
    file = folder / f"{ARM_ID}.json"
    if not file.exists():
        return ["no calibration file was saved"]
    seen["calibration"] = json.loads(file.read_text())
    problems = []
    for joint, entry in seen["calibration"].items():
        span = entry["range_max"] - entry["range_min"]
        if joint != "wrist_roll" and span < 2 * (SWEEP_TICKS - SWEEP_REACHED_TICKS):
            problems.append(f"{joint}: range of {span} ticks, swept {2 * SWEEP_TICKS}")
    again = Talk(port, folder, answers=[])
    with again.connected() as robot:
        if not robot.is_calibrated:
            problems.append("not calibrated on the next connection")
    return problems


def attempt(report: Report, name: str, scene) -> list[str]:
    try:
        problems = scene()
    except Exception as error:  # noqa: BLE001  whatever LeRobot raises is the verdict
        problems = [f"{type(error).__name__}: {str(error).strip()[:400]}"]
    report.check(name, problems)
    return problems


def judge(arguments: argparse.Namespace, report: Report, folder: Path) -> dict:
    seen: dict = {}
    said: list[taps.Exchange] = []

    def calibrated() -> list[str]:
        problems, exchanges = scene_calibrated(arguments.pty, folder, seen)
        said.extend(exchanges)
        return problems

    attempt(report, "takes a calibration file", lambda: scene_foreign_file(arguments.pty, folder, seen))
    attempt(report, "connects calibrated, without a question", calibrated)
    if arguments.log:
        taps.save(arguments.log, GOLDEN_TITLE, said)
    if arguments.expect_log:
        golden = taps.load(arguments.expect_log)
        problems, seen["replies_equal"] = taps.compare(said, golden)
        report.check("bytes as in the golden log", problems, f"{seen['replies_equal']} of {len(golden)} answers equal")
    attempt(
        report, "moves, reads, lets go", lambda: scene_move(arguments.pty, folder, seen, arguments.tolerance_degrees)
    )
    (folder / f"{ARM_ID}.json").unlink(missing_ok=True)
    attempt(report, "calibrates from nothing", lambda: scene_calibrate(arguments.pty, folder, seen))
    return seen


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pty")
    parser.add_argument("--log", type=Path, help="write the bytes of the calibrated connection here")
    parser.add_argument("--expect-log", type=Path)
    parser.add_argument("--report", type=Path)
    parser.add_argument(
        "--tolerance-degrees", type=float, default=4.0, help="gravity sags a servo without integral gain"
    )
    arguments = parser.parse_args()
    if not arguments.pty.startswith(PSEUDO_TERMINALS):
        raise SystemExit(f"{arguments.pty} is no pseudo terminal; this program moves the arm without guards")
    report = Report()
    with tempfile.TemporaryDirectory() as folder:
        seen = judge(arguments, report, Path(folder))
    report.facts = seen
    status = report.finish(arguments.report)
    print(json.dumps({"ok": report.ok, "seen": seen, "versions": versions()}))
    return status


if __name__ == "__main__":
    raise SystemExit(main())
