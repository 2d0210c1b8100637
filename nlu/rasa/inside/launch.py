"""Runs Rasa and ends with whoever started it, however that ends. For Rasa's own Python; imports nothing of ours.

    python launch.py run --enable-api ...

The arguments are Rasa's. More of them, which other users of the machine should not see in the list of processes, come on the
first line of standard input as a JSON list. Standard input then stays open as long as the starter lives: when it is
killed, the system closes it, and that is read here. (Linux alone could be asked for a signal; this works everywhere.)
"""

import json
import os
import runpy
import sys
import threading

STARTER = 0
"""Standard input, read without Python's buffer: a thread that waits in it would keep the interpreter from ending."""


def first_line() -> bytes:
    line = b""
    while (byte := os.read(STARTER, 1)) not in (b"", b"\n"):
        line += byte
    return line


def end_with_the_starter() -> None:
    while os.read(STARTER, 1024):
        pass
    os._exit(3)


if __name__ == "__main__":
    sys.argv = ["rasa", *sys.argv[1:], *json.loads(first_line() or b"[]")]
    threading.Thread(target=end_with_the_starter, daemon=True).start()
    runpy.run_module("rasa", run_name="__main__", alter_sys=False)
