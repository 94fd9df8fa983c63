"""The entry point of a job: starts the training process, and ends as it ends."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

PROGRAM = Path(__file__).resolve().parent.parent / "program"


def find_node() -> str | None:
    """The Node that came along, else the one of this machine."""
    packed = PROGRAM / "node"
    if packed.exists():
        packed.chmod(0o755)
        return str(packed)
    return shutil.which("node")


def main() -> int:
    node = find_node()
    if node is None:
        print("there is no Node on this machine, and none came along", file=sys.stderr)
        return 1
    child = subprocess.Popen([node, str(PROGRAM / sys.argv[1])])
    # Ray sends it to everybody in the job; whoever ends first must not be this one.
    signal.signal(signal.SIGTERM, lambda *_: None)
    return child.wait()


if __name__ == "__main__":
    sys.exit(main())
