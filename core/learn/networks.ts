/**
 * Network bodies and heads. Every function adds nodes to a graph and declares its weights in `parameters` under `name`;
 * called again with other Parameters (a target network) or another graph (another batch size) it builds the same network.
 *
 * Differs from ML-Agents: ReLU in place of Swish (half the elementwise nodes), He initialisation with gain sqrt(2).
 */
import type { EnvironmentSpec } from '../envs/environment.ts'
import { add, concat, relu, reshape, slice, type Value } from '../tensor/index.ts'
import type { ActionLayout } from './action-layout.ts'
import { encode, featureCount } from './encoders.ts'
import { dense, hidden, normalized, reluGain, type Scope } from './layers.ts'
import type { NetworkSettings } from './settings.ts'

export { dense, type Scope } from './layers.ts'

/**
 * `num_layers` hidden layers of `hidden_units` over what the encoders make of the flat observation.
 * @param x      [B, O]
 * @param extra  what is seen beside the observation, such as an action, each [B, n]
 * @returns      [B, H]
 */
export function body(
  scope: Scope,
  name: string,
  x: Value,
  spec: EnvironmentSpec,
  settings: NetworkSettings,
  norm: boolean,
  extra: readonly Value[] = [],
): Value {
  let h = concat([encode(scope, name, x, spec, settings), ...extra], 1)
  for (let layer = 0; layer < settings.num_layers; layer++) {
    h = hidden(scope, `${name}/hidden${layer}`, h, settings.hidden_units, norm)
  }
  return h
}

/**
 * The shared ("pointer") head over the K rows of a rank 2 observation: the same small network is applied to every row,
 * in the light of everything else that is seen.
 *
 *     context = everything_else U + relu(everything V) W
 *     h_k     = relu(norm(row_k R + context)),  then one layer more of the same width
 *
 * @param x     [B, F], the features; the aligned rows lie at `offset`
 * @returns     [B * K, head_units]
 */
function rowsBody(
  scope: Scope,
  name: string,
  x: Value,
  rows: { offset: number; count: number; features: number },
  settings: NetworkSettings,
  norm: boolean,
): Value {
  const [B, size] = x.shape as [number, number]
  const { offset, count: K, features: F } = rows
  const units = settings.head_units
  const everything = hidden(scope, `${name}/context`, x, settings.hidden_units, false)
  const part = { centred: norm } // a sum of centred parts is centred
  let context = dense(scope, `${name}/context-out`, everything, units, 1, part) // [B, U]
  const before = offset > 0 ? [slice(x, 1, 0, offset)] : []
  const after = offset + K * F < size ? [slice(x, 1, offset + K * F, size)] : []
  if (before.length + after.length > 0) {
    const rest =
      before.length + after.length === 1 ? (before[0] ?? after[0]!) : concat([...before, ...after], 1)
    context = add(context, dense(scope, `${name}/rest`, rest, units, 1, { ...part, bias: false }))
  }
  const row = reshape(slice(x, 1, offset, offset + K * F), [B * K, F])
  const first = dense(scope, `${name}/row`, row, units, reluGain, { ...part, bias: false }) // [B K, U]
  const joined = reshape(
    add(reshape(first, [B, K, units]), reshape(context, [B, 1, units])), // [B, K, U]
    [B * K, units],
  )
  const h = relu(norm ? normalized(joined) : joined)
  return hidden(scope, `${name}/row2`, h, units, norm)
}

export interface HeadOptions {
  /** Standard deviation of the last layer's weights times sqrt(fan in). */
  readonly outputGain: number
  readonly norm: boolean
  /** How many numbers per joint action; one value each in the result. */
  readonly heads?: number
}

/**
 * One number per joint action of every group of discrete branches: logits of a policy, Q-values of a critic, logits of a
 * discriminator of state and action. Uses the shared head where a branch is aligned with an observation.
 *
 * @param x  [B, O], the flat observation
 * @returns  per group, per head: [B, size of the group]
 */
export function perAction(
  scope: Scope,
  name: string,
  x: Value,
  spec: EnvironmentSpec,
  layout: ActionLayout,
  settings: NetworkSettings,
  { outputGain, norm, heads = 1 }: HeadOptions,
): Value[][] {
  const B = x.shape[0]!
  const alignedGroup = settings.shared_head ? layout.aligned?.group : undefined
  const needsBody = layout.groups.some((_, g) => g !== alignedGroup)
  const flat = needsBody ? body(scope, name, x, spec, settings, norm) : null
  return layout.groups.map((group, g) =>
    Array.from({ length: heads }, (_, head) => {
      const out = `${name}/out${g}${heads > 1 ? `-${head}` : ''}`
      if (g !== alignedGroup) return dense(scope, out, flat!, group.size, outputGain)
      const rows = alignedRows(spec, layout, settings)
      const perRow = group.size / rows.count
      const h = rowsBody(scope, name, encode(scope, name, x, spec, settings), rows, settings, norm)
      return reshape(dense(scope, out, h, perRow, outputGain), [B, group.size])
    }),
  )
}

/** Where the rows that a branch is aligned with lie among the features. */
function alignedRows(
  spec: EnvironmentSpec,
  layout: ActionLayout,
  settings: NetworkSettings,
): { offset: number; count: number; features: number } {
  let offset = 0
  for (const observation of spec.observations) {
    const { name, shape } = observation
    if (name === layout.aligned!.observation) return { offset, count: shape[0]!, features: shape[1]! }
    offset += featureCount(observation, settings)
  }
  throw new Error(`${spec.id} aligns a branch with "${layout.aligned!.observation}", which it does not have`)
}
