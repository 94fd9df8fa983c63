/** The layers that networks are made of. Each adds nodes to a graph and declares its weights under `name`. */
import {
  add,
  conv2d,
  type Graph,
  matmul,
  type Parameters,
  relu,
  reshape,
  rmsNorm,
  type Value,
} from '../tensor/index.ts'
import { normal, zeros } from '../tensor/initializers.ts'

/** Where a network is built, and with which weights. */
export interface Scope {
  readonly graph: Graph
  readonly parameters: Parameters
}

/** He et al. 2015: keeps the variance through ReLU. */
export const reluGain = Math.SQRT2

/**
 * x W + b; x [B, I] -> [B, units]. Weights have standard deviation gain / sqrt(I). With `centred` the result has mean 0 in
 * each row: subtracting the mean of a row is linear, so it is done to the weights, which are few, and not to the rows. What is left
 * of layer normalisation (Ba et al. 2016, arXiv:1607.06450; here without gain and shift) is `rmsNorm`.
 */
export function dense(
  scope: Scope,
  name: string,
  x: Value,
  units: number,
  gain: number,
  { bias = true, centred = false } = {},
): Value {
  const { graph, parameters } = scope
  const centre = (weight: Value) => (centred ? matmul(weight, centring(graph, units)) : weight)
  const weight = parameters.use(
    graph,
    `${name}/weight`,
    [x.shape[1]!, units],
    normal(gain / Math.sqrt(x.shape[1]!)),
  )
  const product = matmul(x, centre(weight))
  return bias ? add(product, centre(parameters.use(graph, `${name}/bias`, [1, units], zeros))) : product
}

/** [n, n], I - 1/n: what takes the mean out of a row. */
function centring(graph: Graph, n: number): Value {
  return graph.constant(
    Float32Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0) - 1 / n),
    [n, n],
  )
}

/** One hidden layer: relu(norm?(x W + b)); x [B, I] -> [B, units]. */
export function hidden(scope: Scope, name: string, x: Value, units: number, norm: boolean): Value {
  const linear = dense(scope, name, x, units, reluGain, { centred: norm })
  return relu(norm ? rmsNorm(linear) : linear)
}

/** relu(x * W + b) without padding; x [B, C, H, W] -> [B, channels, H', W'], H' = floor((H - kernel) / stride) + 1. */
export function convolution(
  { graph, parameters }: Scope,
  name: string,
  x: Value,
  { channels, kernel, stride }: { channels: number; kernel: number; stride: number },
): Value {
  const inputs = x.shape[1]!
  const weight = parameters.use(
    graph,
    `${name}/weight`,
    [channels, inputs, kernel, kernel],
    normal(reluGain / Math.sqrt(inputs * kernel * kernel)),
  )
  const bias = parameters.use(graph, `${name}/bias`, [1, channels, 1, 1], zeros)
  return relu(add(conv2d(x, weight, { stride }), bias))
}

/** [B, ...] -> [B, all the rest]. */
export function flatten(x: Value): Value {
  return reshape(x, [x.shape[0]!, x.shape.slice(1).reduce((product, size) => product * size, 1)])
}
