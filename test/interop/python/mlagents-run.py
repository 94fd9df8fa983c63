"""mlagents-run.py CONFIG BUILD RUN [--old-exporter]: trains to the end as mlagents-learn does, and says what came of it.

With a torch that exports by tracing Python, ML-Agents cannot export a memory. --old-exporter makes torch's former way the
default again; it is the only thing that is changed.
"""

import glob
import json
import re
import subprocess
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

config, build, run, *switches = sys.argv[1:]
LEARN = "from mlagents.trainers.learn import main; main()"
OLD = "import functools, torch; torch.onnx.export = functools.partial(torch.onnx.export, dynamo=False); "
command = [sys.executable, "-W", "ignore", "-c", (OLD if switches else "") + LEARN]
options = [config, f"--env={build}", f"--run-id={run}", "--seed=1", "--no-graphics", "--torch-device=cpu"]
SUMMARY = re.compile(r"Step: (\d+)\. .*Mean Reward: (-?[\d.]+)\.")

trainer = subprocess.run(
    command + options + ["--base-port=16105"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
)
print(trainer.stdout)
scalars = {}
for events in glob.glob(f"results/{run}/*/events*"):
    reader = EventAccumulator(events).Reload()
    scalars = {tag: [event.value for event in reader.Scalars(tag)] for tag in reader.Tags()["scalars"]}
curve = [[int(step), float(reward)] for step, reward in SUMMARY.findall(trainer.stdout)]
# Not a number is no JSON here: it fails.
print(json.dumps({"code": trainer.returncode, "said": trainer.stdout[-4000:], "curve": curve, "scalars": scalars}, allow_nan=False))
