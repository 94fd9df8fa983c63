"""mlagents-onnx.py FILE NAME ROWS: runs what ML-Agents has exported on NAME.<input>.f32, writing NAME.<output>.f32.

A policy with memory sees the rows one after the other.
"""

import json
import sys

import numpy as np
import onnx
import onnxruntime

file, name, rows = sys.argv[1], sys.argv[2], int(sys.argv[3])
onnx.checker.check_model(file, full_check=True)
model = onnx.load(file, load_external_data=False)
session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
shapes = {value.name: value.shape[1:] for value in session.get_inputs()}
memory_size = shapes.get("recurrent_in", [1, 0])[1]
given = {}
for key, shape in shapes.items():
    size = int(np.prod(shape))
    array = np.fromfile(f"{name}.{key}.f32", np.float32) if size > 0 and key != "recurrent_in" else np.zeros(rows * size)
    given[key] = array.astype(np.float32).reshape([rows, *shape])
outputs = [value.name for value in session.get_outputs()]
wanted = [key for key in outputs if key.startswith("deterministic_")]
if memory_size > 0:
    steps = []
    memory = np.zeros([1, 1, memory_size], np.float32)
    for row in range(rows):
        feeds = {key: array[row : row + 1] for key, array in given.items()}
        *step, memory = session.run([*wanted, "recurrent_out"], {**feeds, "recurrent_in": memory})
        steps.append([*step, memory.reshape(1, -1)])
    results = [np.concatenate(column) for column in zip(*steps)]
    wanted.append("recurrent_out")
else:
    results = session.run(wanted, given)
for key, array in zip(wanted, results):
    array.astype(np.float32).tofile(f"{name}.{key}.f32")
beside = any(tensor.data_location == onnx.TensorProto.EXTERNAL for tensor in model.graph.initializer)
print(
    json.dumps(
        {
            "inputs": {key: shape for key, shape in shapes.items()},
            "outputs": outputs,
            "opset": model.opset_import[0].version,
            "ir": model.ir_version,
            "producer": f"{model.producer_name} {model.producer_version}",
            "beside": beside,
        }
    )
)
