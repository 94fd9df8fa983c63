"""Prints the files that a module is made of, as JSON, and imports nothing of it: the paths of the package or of the one file.

Run as a script beside serve.py, so that it looks where serve.py would.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys

CODE = (".py", ".pyc", ".so", ".pyd", ".dll", ".dylib")
MOST_FILES = 4000


def files_of(name):
    # Of a name without dots: to find a part of a package, the package would be imported.
    spec = importlib.util.find_spec(name)
    if spec is None:
        return []
    if spec.submodule_search_locations is None:
        return [spec.origin] if spec.has_location else []
    files = []
    for place in spec.submodule_search_locations:
        for folder, folders, names in os.walk(place):
            folders[:] = sorted(set(folders) - {"__pycache__"})
            files += [os.path.join(folder, each) for each in sorted(names) if each.endswith(CODE)]
            if len(files) > MOST_FILES:
                return files[:MOST_FILES]
    return files


if __name__ == "__main__":
    try:
        found = files_of(sys.argv[1])
    except (ImportError, ValueError, AttributeError):
        found = []
    json.dump([os.path.abspath(file) for file in found], sys.stdout)
