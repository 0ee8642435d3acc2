"""Opens a pseudo terminal and carries bytes between it and stdin/stdout. The first line on stderr is its name.

Node has no pseudo terminals of its own; this is all that Python is for. Standard library only.
"""

import os
import select
import sys
import tty

terminal, client = os.openpty()
tty.setraw(client)
print(os.ttyname(client), file=sys.stderr, flush=True)
# The client end stays open here, so that a program may come and go without ending the terminal.
while True:
    readable, _, _ = select.select([terminal, 0], [], [])
    if terminal in readable:
        os.write(1, os.read(terminal, 4096))
    if 0 in readable:
        answer = os.read(0, 4096)
        if not answer:
            break
        os.write(terminal, answer)
