"""LeRobot's FeetechMotorsBus reading a whole SO-101 through a serial port, as fast as it can: a peer of the bus bench.

    python bench/peers/lerobot_bus.py /dev/pts/N

Answers every line {"what": "positions" | "everything", "reads": n} on stdin with one line on stdout:
{"seconds", "reads", "failures", "bytesPerRead", "positions"}. `positions` is one sync read of Present_Position; `everything`
is what a person gets with LeRobot's own means who wants position, speed, load, voltage, temperature and current: six sync
reads. LeRobot is used unchanged; the port is open only while it is asked. Reads only, no torque.
"""

import json
import sys
import time

from lerobot.motors import Motor, MotorNormMode
from lerobot.motors.feetech import FeetechMotorsBus

JOINTS = ["shoulder_pan", "shoulder_lift", "elbow_flex", "wrist_flex", "wrist_roll", "gripper"]
SETS = {
    "positions": ["Present_Position"],
    "everything": [
        "Present_Position",
        "Present_Velocity",
        "Present_Load",
        "Present_Voltage",
        "Present_Temperature",
        "Present_Current",
    ],
}


def count_bytes(port) -> dict[str, int]:
    """Counts what goes through the port; nothing else changes."""
    counted = {"bytes": 0}
    write, read = port.writePort, port.readPort

    def write_port(packet):
        counted["bytes"] += len(packet)
        return write(packet)

    def read_port(length):
        data = read(length)
        counted["bytes"] += len(data)
        return data

    port.writePort, port.readPort = write_port, read_port
    return counted


def measure(bus: FeetechMotorsBus, counted: dict[str, int], names: list[str], reads: int) -> dict:
    failures = 0
    positions: dict[str, int] = {}
    counted["bytes"] = 0
    begin = time.perf_counter()
    for _ in range(reads):
        try:
            for name in names:
                values = bus.sync_read(name, normalize=False)
                if name == "Present_Position":
                    positions = values
        except ConnectionError:
            failures += 1
    seconds = time.perf_counter() - begin
    return {
        "seconds": seconds,
        "reads": reads,
        "failures": failures,
        "bytesPerRead": counted["bytes"] / reads,
        "positions": [int(positions[joint]) for joint in JOINTS] if positions else [],
    }


def main() -> None:
    motors = {joint: Motor(n + 1, "sts3215", MotorNormMode.DEGREES) for n, joint in enumerate(JOINTS)}
    bus = FeetechMotorsBus(sys.argv[1], motors)
    counted = count_bytes(bus.port_handler)
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        task = json.loads(line)
        bus.connect(handshake=False)
        try:
            answer = measure(bus, counted, SETS[task["what"]], task["reads"])
        finally:
            bus.disconnect(disable_torque=False)
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
