"""mlagents-learn.py CONFIG BUILD GOAL: trains until the mean reward of a summary is above GOAL, then stops as Ctrl-C does."""

import glob
import json
import os
import re
import signal
import subprocess
import sys

config, build, goal = sys.argv[1:]
command = [sys.executable, "-m", "mlagents.trainers.learn", config, f"--env={build}", "--run-id=basic", "--seed=1"]
options = ["--no-graphics", "--torch-device=cpu", "--base-port=16005"]
SUMMARY = re.compile(r"Basic\. Step: (\d+)\. .*Mean Reward: (-?[\d.]+)\.")

trainer = subprocess.Popen(command + options, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
reached = None
curve = []
for line in trainer.stdout:
    print(line, end="", flush=True)
    summary = SUMMARY.search(line)
    if summary is None or reached is not None:
        continue
    curve.append([int(summary[1]), float(summary[2])])
    if curve[-1][1] > float(goal):
        reached = curve[-1]
        trainer.send_signal(signal.SIGINT)
assert trainer.wait() == 0 and reached is not None, (trainer.returncode, curve)
assert glob.glob("results/basic/Basic/Basic-*.onnx"), os.listdir("results/basic/Basic")
print(json.dumps({"steps": reached[0], "reward": reached[1], "curve": curve}))
