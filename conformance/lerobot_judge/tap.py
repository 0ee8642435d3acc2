"""A tap on LeRobot's serial port: every byte it writes and gets, as packets, and their comparison with a golden log.

Log format, one exchange per line, `#` begins a comment:

    ff ff 01 02 01 fb -> ff ff 01 02 00 fc    # 1 ping
    ff ff fe 16 83 2a ... -> -                # all sync_write Goal_Position
"""

from dataclasses import dataclass, field
from pathlib import Path

INSTRUCTIONS = {0x01: "ping", 0x02: "read", 0x03: "write", 0x82: "sync_read", 0x83: "sync_write"}
REGISTERS = {
    0: "Firmware_Major_Version",
    1: "Firmware_Minor_Version",
    3: "Model_Number",
    7: "Return_Delay_Time",
    9: "Min_Position_Limit",
    11: "Max_Position_Limit",
    16: "Max_Torque_Limit",
    18: "Phase",
    21: "P_Coefficient",
    22: "D_Coefficient",
    23: "I_Coefficient",
    28: "Protection_Current",
    31: "Homing_Offset",
    33: "Operating_Mode",
    36: "Overload_Torque",
    40: "Torque_Enable",
    41: "Acceleration",
    42: "Goal_Position",
    55: "Lock",
    56: "Present_Position",
    85: "Maximum_Acceleration",
}
# What a servo answers here is its own business; only the form of the answer is compared.
OWN_VALUES = {0, 1, 18, 56}


def split_packets(data: bytes) -> list[bytes]:
    """Whole packets, and whatever does not parse as one piece of its own."""
    packets = []
    while data:
        end = 4 + data[3] if len(data) >= 4 and data[:2] == b"\xff\xff" else len(data)
        packets.append(data[:end])
        data = data[end:]
    return packets


def describe(packet: bytes) -> str:
    """`<id> <instruction> <register>` of a host packet."""
    if len(packet) < 6:
        return "?"
    who = "all" if packet[2] == 0xFE else str(packet[2])
    what = INSTRUCTIONS.get(packet[4], f"instruction {packet[4]:#04x}")
    return f"{who} {what}" + (f" {REGISTERS.get(packet[5], packet[5])}" if packet[4] != 0x01 else "")


def checksum_ok(packet: bytes) -> bool:
    return len(packet) >= 6 and len(packet) == 4 + packet[3] and packet[-1] == ~sum(packet[2:-1]) & 0xFF


@dataclass
class Exchange:
    host: bytes
    reply: bytes = b""

    def line(self) -> str:
        packets = [packet.hex(" ") for packet in split_packets(self.reply)] or ["-"]
        return f"{self.host.hex(' ')} -> {'; '.join(packets)}    # {describe(self.host)}"


@dataclass
class Tap:
    """Wraps the SDK's port handler; `exchanges` grows as LeRobot talks."""

    exchanges: list[Exchange] = field(default_factory=list)

    def attach(self, port_handler) -> None:
        write, read = port_handler.writePort, port_handler.readPort

        def tapped_write(packet):
            self.exchanges.append(Exchange(bytes(packet)))
            return write(packet)

        def tapped_read(length):
            data = read(length)
            if data and self.exchanges:
                self.exchanges[-1].reply += bytes(data)
            return data

        port_handler.writePort, port_handler.readPort = tapped_write, tapped_read

    def cut(self) -> list[Exchange]:
        """What was said since the last cut."""
        said, self.exchanges = self.exchanges, []
        return said


def save(path: Path, title: str, exchanges: list[Exchange]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([f"# {line}" for line in title.splitlines()] + [e.line() for e in exchanges]) + "\n")


def load(path: Path) -> list[Exchange]:
    exchanges = []
    for line in path.read_text().splitlines():
        text = line.partition("#")[0].strip()
        if text:
            host, _, reply = text.partition("->")
            reply = "" if reply.strip() == "-" else reply.replace(";", " ")
            exchanges.append(Exchange(bytes.fromhex(host), bytes.fromhex(reply)))
    return exchanges


def compare(found: list[Exchange], golden: list[Exchange]) -> tuple[list[str], int]:
    """(problems, replies equal to the byte). LeRobot's side must be equal; replies too, but for OWN_VALUES."""
    problems, equal = [], 0
    for n, (ours, right) in enumerate(zip(found, golden, strict=False)):
        what = f"exchange {n} ({describe(right.host)})"
        if ours.host != right.host:
            problems.append(f"{what}: LeRobot said {ours.host.hex(' ')}, {right.host.hex(' ')} in the log")
            continue
        if ours.reply == right.reply:
            equal += 1
            continue
        own = right.host[4] in (0x02, 0x82) and right.host[5] in OWN_VALUES
        if not own or not same_form(ours.reply, right.reply):
            problems.append(f"{what}: answered {ours.reply.hex(' ') or '-'}, {right.reply.hex(' ') or '-'} in the log")
    if len(found) != len(golden):
        problems.append(f"{len(found)} exchanges, {len(golden)} in the log")
    return problems, equal


def same_form(ours: bytes, right: bytes) -> bool:
    """Same packets by id, length and error byte, each with a right checksum."""
    one, other = split_packets(ours), split_packets(right)
    if len(one) != len(other) or not all(checksum_ok(packet) for packet in one):
        return False
    return all(a[2:5] == b[2:5] for a, b in zip(one, other, strict=True))
