"""Tells programs on this machine that a device came or went, as udevd does: one message to the netlink group it speaks to.

    printf 'DEVPATH=...\nSUBSYSTEM=tty\n...' | udev-event.py add|remove

Only for a machine without a running udevd (namespace.js looks). Standard library only. The layout is systemd's
(sd-device/device-monitor.c): a header of forty bytes, then the properties, each ended by a zero byte.
"""

import socket
import struct
import sys
import time

GROUP_UDEV = 2
MAGIC = 0xFEEDCAFE
MASK = 0xFFFFFFFF


def murmur2(data: bytes, seed: int = 0) -> int:
    """MurmurHash2, by which listeners filter for a subsystem."""
    m = 0x5BD1E995
    h = (seed ^ len(data)) & MASK
    whole = len(data) // 4 * 4
    for at in range(0, whole, 4):
        k = int.from_bytes(data[at : at + 4], "little") * m & MASK
        k = (k ^ k >> 24) * m & MASK
        h = h * m & MASK ^ k
    if rest := data[whole:]:
        h = (h ^ int.from_bytes(rest, "little")) * m & MASK
    h = (h ^ h >> 13) * m & MASK
    return h ^ h >> 15


action = sys.argv[1]
lines = [line for line in sys.stdin.read().split("\n") if line]
lines += [f"ACTION={action}", f"SEQNUM={time.monotonic_ns() // 1000}"]
subsystem = next(line for line in lines if line.startswith("SUBSYSTEM=")).split("=")[1]
properties = b"".join(line.encode() + b"\0" for line in lines)
# Big-endian fields are compared by the kernel's filter, the others read in the machine's order.
header = b"libudev\0" + struct.pack(">I", MAGIC) + struct.pack("=III", 40, 40, len(properties))
header += struct.pack(">IIII", murmur2(subsystem.encode()), 0, 0, 0)
with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 15) as netlink:
    netlink.bind((0, 0))
    netlink.sendto(header + properties, (0, GROUP_UDEV))
