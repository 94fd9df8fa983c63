/** The layers that networks are made of. Each adds nodes to a graph and declares its weights under `name`. */
import {
  add,
  conv2d,
  type Graph,
  matmul,
  maximum,
  type Parameters,
  pad,
  relu,
  reshape,
  rmsNorm,
  slice,
  tanh,
  type Value,
} from '../../tensor/index.ts'
import { normal, zeros } from '../../tensor/initializers.ts'

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

export const activations = { relu, tanh } as const

/** One hidden layer: relu(norm?(x W + b)), or tanh; x [B, I] -> [B, units]. */
export function hidden(
  scope: Scope,
  name: string,
  x: Value,
  units: number,
  norm: boolean,
  activation: keyof typeof activations = 'relu',
): Value {
  const linear = dense(scope, name, x, units, reluGain, { centred: norm })
  return activations[activation](norm ? rmsNorm(linear) : linear)
}

export interface ConvolutionShape {
  readonly channels: number
  readonly kernel: number
  readonly stride: number
  /** Zeros on each of the four sides. */
  readonly padding?: number
}

/**
 * x * W + b; x [B, C, H, W] -> [B, channels, H', W'], H' = floor((H + 2 padding - kernel) / stride) + 1. Weights have the
 * standard deviation that keeps the variance through the ReLU that is to follow.
 */
export function convolution(
  { graph, parameters }: Scope,
  name: string,
  x: Value,
  { channels, kernel, stride, padding = 0 }: ConvolutionShape,
): Value {
  const inputs = x.shape[1]!
  const weight = parameters.use(
    graph,
    `${name}/weight`,
    [channels, inputs, kernel, kernel],
    normal(reluGain / Math.sqrt(inputs * kernel * kernel)),
  )
  const bias = parameters.use(graph, `${name}/bias`, [1, channels, 1, 1], zeros)
  return add(conv2d(x, weight, { stride, padding }), bias)
}

/** The greatest of every 3 x 3 window, two apart; [B, C, H, W] -> [B, C, H', W'], H' = floor((H - 3) / 2) + 1. */
export function maxPool(x: Value): Value {
  return pooledAlong(pooledAlong(x, 2), 3)
}

/** max(x_2i, x_2i+1, x_2i+2) along an axis: both of a pair, and the first of the next pair. */
function pooledAlong(x: Value, axis: 2 | 3): Value {
  const whole = pad(x, axis, 0, x.shape[axis]! % 2)
  const pairs = whole.shape[axis]! / 2
  const split = reshape(whole, [...x.shape.slice(0, axis), pairs, 2, ...x.shape.slice(axis + 1)])
  const [first, second] = [0, 1].map((i) =>
    reshape(slice(split, axis + 1, i, i + 1), x.shape.with(axis, pairs)),
  ) as [Value, Value]
  const ofPair = maximum(slice(first, axis, 0, pairs - 1), slice(second, axis, 0, pairs - 1))
  return maximum(ofPair, slice(first, axis, 1, pairs))
}

/** [B, ...] -> [B, all the rest]. */
export function flatten(x: Value): Value {
  return reshape(x, [x.shape[0]!, x.shape.slice(1).reduce((product, size) => product * size, 1)])
}
