"""cluster-files.py FOLDER: Compose's own schema and SkyPilot itself take the files of a cluster."""

import importlib.metadata
import json
import sys
from pathlib import Path

import jsonschema
import sky
import yaml

folder = Path(sys.argv[1])

(schema,) = (f for f in importlib.metadata.files("docker-compose") if f.name == "compose_spec.json")
jsonschema.validate(yaml.safe_load((folder / "compose.yaml").read_text()), json.loads(schema.read_text()))

# It takes an unknown field for a mistake, and so would it take a wrong kind of value.
task = sky.Task.from_yaml(str(folder / "sky.yaml"))
assert task.validate_run() is None
print(json.dumps({"name": task.name, "nodes": task.num_nodes}))
