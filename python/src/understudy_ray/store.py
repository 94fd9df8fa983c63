"""Keeps files of a run in a bucket.

python -m understudy_ray.store put|get|remove URI FOLDER PATH...
"""

import sys
from pathlib import Path


def main() -> int:
    """Do it. Returns the exit status; what is wrong is the last line of the standard error."""
    action, uri, folder, *paths = sys.argv[1:]
    try:
        from pyarrow import fs  # noqa: PLC0415
    except ImportError:
        print("the Python of the cluster has no pyarrow: `pip install pyarrow`", file=sys.stderr)
        return 1
    try:
        there, root = fs.FileSystem.from_uri(uri)
        here = fs.LocalFileSystem()
        for path in paths:
            theirs, ours = f"{root}/{path}", str(Path(folder, path))
            if action == "put":
                fs.copy_files(ours, theirs, source_filesystem=here, destination_filesystem=there)
            elif there.get_file_info(theirs).type == fs.FileType.NotFound:
                continue
            elif action == "remove":
                there.delete_file(theirs)
            elif not Path(ours).exists():
                fs.copy_files(theirs, ours, source_filesystem=there, destination_filesystem=here)
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
