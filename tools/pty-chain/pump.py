"""Opens a pseudo terminal and carries bytes between it and stdin/stdout. The first line on stderr is its name.

Node has no pseudo terminals of its own; this is all that Python is for. Standard library only.

--rates: in front of each chunk on stdout stand two 32-bit numbers (little-endian), the rate that the client has set and the
length. A pseudo terminal has no wire; the rate is only remembered.
"""

import fcntl
import os
import select
import struct
import sys
import tty

# Linux: `struct termios2` ends with the two rates; its call takes rates that have no name, too.
TCGETS2 = 0x802C542A
TERMIOS2_BYTES = 44

with_rates = "--rates" in sys.argv[1:]
terminal, client = os.openpty()
tty.setraw(client)


def rate() -> int:
    settings = fcntl.ioctl(client, TCGETS2, bytes(TERMIOS2_BYTES))
    return struct.unpack_from("=I", settings, TERMIOS2_BYTES - 4)[0]


print(os.ttyname(client), file=sys.stderr, flush=True)
# The client end stays open here, so that a program may come and go without ending the terminal.
while True:
    readable, _, _ = select.select([terminal, 0], [], [])
    if terminal in readable:
        heard = os.read(terminal, 4096)
        os.write(1, (struct.pack("<II", rate(), len(heard)) if with_rates else b"") + heard)
    if 0 in readable:
        answer = os.read(0, 4096)
        if not answer:
            break
        os.write(terminal, answer)
