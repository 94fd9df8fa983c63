"""Where the program lies that came along with the job, and the Node that runs it."""

import shutil
from pathlib import Path

PROGRAM = Path(__file__).resolve().parent.parent / "program"


class NoNodeError(Exception):
    """Neither did a Node come along, nor has this machine one."""

    def __init__(self) -> None:
        super().__init__("there is no Node on this machine, and none came along")


def node_command(module: str) -> list[str]:
    """Return what runs a module of the program.

    :raises NoNodeError: where nothing can
    """
    packed = PROGRAM / "node"
    if packed.exists():
        packed.chmod(0o755)
        return [str(packed), str(PROGRAM / module)]
    found = shutil.which("node")
    if found is None:
        raise NoNodeError
    return [found, str(PROGRAM / module)]
