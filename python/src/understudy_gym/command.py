"""Finds the program ``understudy``."""

from __future__ import annotations

import json
import os
import shlex
import shutil
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from urllib.parse import urlparse
from urllib.request import url2pathname

from understudy_gym.errors import CommandNotFoundError

VARIABLE = "UNDERSTUDY_COMMAND"


def find_command() -> list[str]:
    """Return the program and its first arguments, ready for ``subprocess``.

    In this order: what the variable ``UNDERSTUDY_COMMAND`` holds, the checkout that this package
    was installed from, and ``understudy`` on the path.

    Raises:
        CommandNotFoundError: if there is none of the three.

    """
    given = os.environ.get(VARIABLE, "").strip()
    if given:
        return shlex.split(given, posix=os.name != "nt")
    for checkout in _checkouts():
        launcher = checkout / "bin" / "understudy.js"
        node = _node(checkout)
        if launcher.is_file() and node is not None:
            return [node, str(launcher)]
    installed = shutil.which("understudy")
    if installed is not None:
        return [installed]
    raise CommandNotFoundError(
        "the program understudy was not found: put it on the PATH, or set "
        f"{VARIABLE}, for example to 'node /path/to/understudy/bin/understudy.js'"
    )


def _checkouts() -> Iterator[Path]:
    """Where this file lies, when installed as editable, or the folder that pip installed from."""
    folders = Path(__file__).resolve().parents
    if len(folders) > 3 and folders[2].name == "python":
        yield folders[3]
    try:
        record = distribution("understudy-gym").read_text("direct_url.json")
    except PackageNotFoundError:
        return
    url = urlparse(json.loads(record).get("url", "")) if record else None
    if url is not None and url.scheme == "file":
        yield Path(url2pathname(url.path)).parent


def _node(checkout: Path) -> str | None:
    """Return the Node that the checkout pins, or the one on the path, which finds that one."""
    return shutil.which("node", path=str(checkout / "node_modules" / ".bin")) or shutil.which(
        "node"
    )
