/**
 * Long short-term memory (Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000), unrolled over time:
 *
 *     i, f, g, o = split(x_t W + h_{t-1} U + b)
 *     c_t = sigmoid(f) c_{t-1} + sigmoid(i) tanh(g)
 *     h_t = sigmoid(o) tanh(c_t)
 *
 * Gates stand in PyTorch's order. The bias of the forget gate begins at 1, as in ML-Agents, so that a fresh cell remembers.
 *
 * Differs from PyTorch: one bias and not the sum of two; weights begin uniform within Glorot's bound of each gate.
 */
import { add, concat, matmul, mul, sigmoid, slice, tanh, type Value } from '../../tensor/index.ts'
import { type Initializer, uniform } from '../../tensor/initializers.ts'
import type { Scope } from './layers.ts'

export interface Unrolled {
  /** h_t of every step, [T B, H], time by time */
  readonly outputs: Value
  /** h_T and c_T, [B, 2 H] */
  readonly state: Value
}

/**
 * @param x      [T B, I], the rows of step 0, then those of step 1, ...
 * @param state  [B, 2 H], hidden and cell state before the first step
 * @param kept   [T B, 1], 0 where a step begins an episode and what was before must not be known, else 1; null: always 1
 */
export function lstm(
  { graph, parameters }: Scope,
  name: string,
  x: Value,
  state: Value,
  kept: Value | null,
): Unrolled {
  const [B, width] = state.shape as [number, number]
  const [rows, inputs] = x.shape as [number, number]
  const H = width / 2
  const T = rows / B
  const W = parameters.use(graph, `${name}/input-weight`, [inputs, 4 * H], glorot(inputs, H))
  const U = parameters.use(graph, `${name}/state-weight`, [H, 4 * H], glorot(H, H))
  const b = parameters.use(graph, `${name}/bias`, [1, 4 * H], rememberAtFirst)

  const fromInput = steps(add(matmul(x, W), b), T) // of all steps at once
  const keeping = kept === null ? null : steps(kept, T)
  let h = slice(state, 1, 0, H)
  let c = slice(state, 1, H, 2 * H)
  const outputs: Value[] = []
  for (let t = 0; t < T; t++) {
    if (keeping !== null) {
      h = mul(h, keeping[t]!)
      c = mul(c, keeping[t]!)
    }
    const gates = add(fromInput[t]!, matmul(h, U))
    const [i, f, g, o] = [0, 1, 2, 3].map((k) => slice(gates, 1, k * H, (k + 1) * H))
    c = add(mul(sigmoid(f!), c), mul(sigmoid(i!), tanh(g!)))
    h = mul(sigmoid(o!), tanh(c))
    outputs.push(h)
  }
  return { outputs: concat(outputs, 0), state: concat([h, c], 1) }
}

/**
 * x [T B, F] cut into T times [B, F], by halves: the gradient of a cut is as wide as what was cut, so that cutting T times
 * from the whole would cost T times the whole, and halving costs log T times.
 */
function steps(x: Value, T: number): Value[] {
  if (T === 1) return [x]
  const rows = x.shape[0]!
  const half = T >> 1
  const middle = half * (rows / T)
  return [...steps(slice(x, 0, 0, middle), half), ...steps(slice(x, 0, middle, rows), T - half)]
}

function glorot(inputs: number, outputs: number): Initializer {
  return uniform(Math.sqrt(6 / (inputs + outputs)))
}

const rememberAtFirst: Initializer = (values, shape) => {
  const H = shape[1]! / 4
  values.fill(0)
  values.fill(1, H, 2 * H)
}
