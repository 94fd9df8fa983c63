/**
 * The acting network as an ONNX file, with ML-Agents' names (release 21): inputs obs_0, obs_1, ... and, for discrete actions,
 * action_masks, which Unity asks for even where the environment forbids nothing; outputs version_number, memory_size, then per
 * kind of action the sampled and the deterministic choice and their sizes. With memory also recurrent_in and recurrent_out
 * [batch, 1, memory_size]: zeros when an episode begins, then what came out.
 *
 * Inside the model the masked logits of group g are the tensor `logits_<g>`: no output, so that ML-Agents sees what it
 * knows, but whoever wants to look can make it one.
 */
import { observationSize, shapeSize } from '../../envs/environment.ts'
import {
  add,
  argmax,
  clip,
  concat,
  exp,
  exportOnnx,
  Graph,
  log,
  matmul,
  mul,
  neg,
  oneHot,
  type Parameters,
  randomNormal,
  randomUniform,
  reshape,
  slice,
  sub,
  tanh,
  type Value,
} from '../../tensor/index.ts'
import { seen } from './normalizer.ts'
import { buildPolicy, type PolicyShape, policyBindings } from './policy.ts'
import { memorySize } from './recurrent-policy.ts'

/** Any size no layer has, so that the exporter can tell the batch from other dimensions. */
const BATCH = 7919

export function exportPolicy(shape: PolicyShape, parameters: Parameters): Uint8Array {
  const { spec, layout } = shape
  const graph = new Graph()
  const inputs = spec.observations.map(({ shape: size }, i) => graph.input(`obs_${i}`, [BATCH, ...size]))
  const width = layout.branchSizes.reduce((all, branch) => all + branch, 0)
  const masks = width === 0 ? null : graph.input('action_masks', [BATCH, width])
  const flat = inputs.map((input, i) => reshape(input, [BATCH, shapeSize(spec.observations[i]!.shape)]))
  const observation = flat.length === 1 ? flat[0]! : concat(flat, 1)
  if (observation.shape[1] !== observationSize(spec)) throw new Error('observations do not add up')
  const [x] = seen(shape.normalizer, graph, observation)
  const size = memorySize(shape.settings)
  const past =
    size === 0
      ? null
      : { state: reshape(graph.input('recurrent_in', [BATCH, 1, size]), [BATCH, size]), kept: null }
  const { logits, mean, logStd, state } = buildPolicy(shape, graph, parameters, x, past)
  const outputs: Record<string, Value> = {
    version_number: graph.constant([3], [1]),
    memory_size: graph.constant([size], [1]),
  }
  const intOutputs: string[] = []
  const inner: Record<string, Value> = {}
  if (mean !== null) {
    const sampled = logStd === null ? mean : add(mean, mul(randomNormal(mean), exp(logStd)))
    // onnxruntime's tanh passes 1 by its last bit for some inputs near 9, and what is beyond the bounds is refused elsewhere.
    const bound = (raw: Value) =>
      shape.continuousKind === 'clipped' ? mul(clip(raw, -3, 3), 1 / 3) : clip(tanh(raw), -1, 1)
    outputs.continuous_actions = bound(sampled)
    outputs.continuous_action_output_shape = graph.constant([layout.continuous], [1])
    outputs.deterministic_continuous_actions = bound(mean)
  }
  if (logits.length > 0) {
    const masked = maskedLogits(shape, graph, logits, masks!)
    masked.forEach((value, g) => {
      inner[`logits_${g}`] = value
    })
    // The maximum of logits plus Gumbel noise, -log(-log u), is a sample of their softmax.
    const noisy = masked.map((l) => add(l, neg(log(neg(log(add(mul(randomUniform(l), 1 - 2e-7), 1e-7)))))))
    outputs.discrete_actions = branchesOf(shape, graph, noisy)
    outputs.discrete_action_output_shape = graph.constant(
      [...layout.branchSizes],
      [1, layout.branchSizes.length],
    )
    outputs.deterministic_discrete_actions = branchesOf(shape, graph, masked)
    intOutputs.push('discrete_actions', 'deterministic_discrete_actions')
  }
  if (state !== null) outputs.recurrent_out = reshape(state, [BATCH, 1, size])
  return exportOnnx(outputs, {
    dynamicBatch: BATCH,
    intOutputs,
    inner,
    constants: policyBindings(shape, parameters),
  })
}

/**
 * Logits less 1e8 where any of the branches is forbidden.
 * @param masks  [B, sum of branches], 1 = allowed
 */
function maskedLogits({ layout }: PolicyShape, graph: Graph, logits: Value[], masks: Value): Value[] {
  const width = masks.shape[1]!
  const starts = layout.branchSizes.map((_, b) =>
    layout.branchSizes.slice(0, b).reduce((all, size) => all + size, 0),
  )
  return logits.map((l, g) => {
    const group = layout.groups[g]!
    const table = layout.decodeTable(g)
    // incidence[i, a] = 1 where joint action a uses index i of a branch; forbidden @ incidence counts what forbids it
    const incidence = new Float32Array(width * group.size)
    for (let a = 0; a < group.size; a++) {
      group.branches.forEach((branch, i) => {
        const index = starts[branch]! + table[a * group.branches.length + i]!
        incidence[index * group.size + a] = 1
      })
    }
    const forbidden = matmul(sub(1, masks), graph.constant(incidence, [width, group.size]))
    return sub(l, mul(forbidden, 1e8))
  })
}

/** The greatest joint action of every group, as branch indices [B, branches]. */
function branchesOf({ layout }: PolicyShape, graph: Graph, logits: Value[]): Value {
  const columns: Value[] = layout.branchSizes.map(() => graph.constant(0))
  logits.forEach((l, g) => {
    const group = layout.groups[g]!
    const chosen = oneHot(argmax(l), group.size)
    const table = graph.constant(layout.decodeTable(g), [group.size, group.branches.length])
    const indices = matmul(chosen, table)
    group.branches.forEach((branch, i) => {
      columns[branch] = slice(indices, 1, i, i + 1)
    })
  })
  return columns.length === 1 ? columns[0]! : concat(columns, 1)
}
