"""onnxruntime-policy.py NAME ROWS SHAPES: checks NAME.onnx and runs it on NAME.<input>.f32, writing NAME.<output>.f32.

SHAPES is JSON, the shape of one row by input. A policy with memory sees the rows one after the other.
"""

import json
import sys

import numpy as np
import onnx
import onnxruntime

name, rows, shapes = sys.argv[1], int(sys.argv[2]), json.loads(sys.argv[3])
model = onnx.load(f"{name}.onnx")
onnx.checker.check_model(model, full_check=True)
inputs = [value.name for value in model.graph.input]
outputs = [value.name for value in model.graph.output]
# the logits lie within: make them outputs of a copy, which must answer the same otherwise
tensors = {output for node in model.graph.node for output in node.output}
logits = sorted(t for t in tensors if t.startswith("logits_"))
copy = onnx.ModelProto()
copy.CopyFrom(model)
for tensor in logits:
    copy.graph.output.append(onnx.helper.make_tensor_value_info(tensor, onnx.TensorProto.FLOAT, None))
given = {
    key: np.fromfile(f"{name}.{key}.f32", np.float32).reshape([rows, *shape]) for key, shape in shapes.items()
}
chosen = [o for o in outputs if o.startswith("deterministic_")]


def run(model, wanted):
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    if "recurrent_in" not in inputs:
        return session.run(wanted, given)
    [size] = [v.type.tensor_type.shape.dim[2].dim_value for v in model.graph.input if v.name == "recurrent_in"]
    memory = np.zeros([1, 1, size], np.float32)
    steps = []
    for row in range(rows):
        feeds = {key: array[row : row + 1] for key, array in given.items()}
        *step, memory = session.run([*wanted, "recurrent_out"], {**feeds, "recurrent_in": memory})
        steps.append([*step, memory.reshape(1, -1)])
    return [np.concatenate(column) for column in zip(*steps)]


results = run(copy, [*chosen, *logits])
for one, other in zip(run(model, chosen)[: len(chosen)], results):
    assert np.array_equal(one, other)
names = [*chosen, *logits, "recurrent_out"][: len(results)]
for key, array in zip(names, results):
    array.astype(np.float32).tofile(f"{name}.{key}.f32")
session = onnxruntime.InferenceSession(f"{name}.onnx", providers=["CPUExecutionProvider"])
feeds = {key: array[:1] for key, array in given.items()}
if "recurrent_in" in inputs:
    feeds["recurrent_in"] = np.zeros([1, 1, int(session.get_inputs()[-1].shape[2])], np.float32)
facts = {k: v for k, v in zip(outputs, session.run(outputs, feeds)) if "shape" in k or k in ("version_number", "memory_size")}
for output in outputs:
    if output.endswith("discrete_actions"):
        assert [o.type for o in session.get_outputs() if o.name == output] == ["tensor(int64)"]
print(
    json.dumps(
        {
            "inputs": inputs,
            "outputs": outputs,
            "facts": {key: np.asarray(value).tolist() for key, value in facts.items()},
            "opset": model.opset_import[0].version,
            "ir": model.ir_version,
        }
    )
)
