/**
 * Network bodies and heads. Every function adds nodes to a graph and declares its weights in `parameters` under `name`;
 * called again with other Parameters (a target network) or another graph (another batch size) it builds the same network.
 *
 * Differs from ML-Agents: ReLU in place of Swish (half the elementwise nodes), He initialisation with gain sqrt(2).
 */
import type { EnvironmentSpec } from '../../envs/environment.ts'
import { add, concat, mul, relu, reshape, rmsNorm, slice, sum, type Value } from '../../tensor/index.ts'
import type { ActionLayout } from './action-layout.ts'
import { buildBody } from './bodies.ts'
import { encode, featureCount } from './encoders.ts'
import { dense, hidden, reluGain, type Scope } from './layers.ts'
import type { NetworkSettings } from './settings.ts'

export { dense, type Scope } from './layers.ts'

/**
 * The body that `network_type` names over what the encoders make of the flat observation.
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
  const features = concat([encode(scope, name, x, spec, settings), ...extra], 1)
  return buildBody(features, { ...scope, name, settings, norm })
}

/**
 * The shared ("pointer") head over the K rows of a rank 2 observation: the same small network is applied to every row,
 * in the light of everything else that is seen.
 *
 *     context = everything_else U + relu(everything V) W (+ remembered M)
 *     h_k     = relu(norm(row_k R + context)),  then one layer more of the same width
 *
 * @param x     [B, O'], the features, among which the aligned rows lie
 * @param rows  [B, K, F], the rows that are asked for
 * @param past  [B, M], what a memory puts out; null without
 * @returns     [B * K, head_units]
 */
function rowsBody(
  scope: Scope,
  name: string,
  x: Value,
  aligned: AlignedRows,
  rows: Value,
  past: Value | null,
  settings: NetworkSettings,
  norm: boolean,
): Value {
  const size = x.shape[1]!
  const [B, K, F] = rows.shape as [number, number, number]
  const { offset } = aligned
  const end = offset + aligned.count * F
  const units = settings.head_units
  const everything = hidden(scope, `${name}/context`, x, settings.hidden_units, false)
  const part = { centred: norm } // a sum of centred parts is centred
  let context = dense(scope, `${name}/context-out`, everything, units, 1, part) // [B, U]
  const before = offset > 0 ? [slice(x, 1, 0, offset)] : []
  const after = end < size ? [slice(x, 1, end, size)] : []
  if (before.length + after.length > 0) {
    const rest =
      before.length + after.length === 1 ? (before[0] ?? after[0]!) : concat([...before, ...after], 1)
    context = add(context, dense(scope, `${name}/rest`, rest, units, 1, { ...part, bias: false }))
  }
  if (past !== null) {
    const remembered = dense(scope, `${name}/remembered`, past, units, 1, { ...part, bias: false })
    context = add(context, remembered)
  }
  const first = dense(scope, `${name}/row`, reshape(rows, [B * K, F]), units, reluGain, {
    ...part,
    bias: false,
  }) // [B K, U]
  const joined = reshape(
    add(reshape(first, [B, K, units]), reshape(context, [B, 1, units])), // [B, K, U]
    [B * K, units],
  )
  const h = relu(norm ? rmsNorm(joined) : joined)
  return hidden(scope, `${name}/row2`, h, units, norm)
}

export interface HeadOptions {
  /** Standard deviation of the last layer's weights times sqrt(fan in). */
  readonly outputGain: number
  readonly norm: boolean
  /** How many numbers per joint action; one value each in the result. */
  readonly heads?: number
  /** [B, M], what a memory puts out: it takes the place of the body and joins the context of a shared head. */
  readonly past?: Value | null
  /** What is seen beside the observation, such as an action, each [B, n]. */
  readonly extra?: readonly Value[]
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
  { outputGain, norm, heads = 1, past = null, extra = [] }: HeadOptions,
): Value[][] {
  const B = x.shape[0]!
  const alignedGroup = settings.shared_head ? layout.aligned?.group : undefined
  const needsBody = layout.groups.some((_, g) => g !== alignedGroup)
  const flat = needsBody
    ? past === null
      ? body(scope, name, x, spec, settings, norm, extra)
      : concat([past, ...extra], 1)
    : null
  return layout.groups.map((group, g) =>
    Array.from({ length: heads }, (_, head) => {
      const out = outputName(name, g, head, heads)
      if (g !== alignedGroup) return dense(scope, out, flat!, group.size, outputGain)
      const aligned = alignedRows(spec, layout, settings)
      const features = concat([encode(scope, name, x, spec, settings), ...extra], 1)
      const h = rowsBody(scope, name, features, aligned, rowsOf(features, aligned), past, settings, norm)
      return reshape(dense(scope, out, h, group.size / aligned.count, outputGain), [B, group.size])
    }),
  )
}

/**
 * `perAction` of the actions that were taken alone. A shared head is asked about one row of K then, forward and back: the
 * gradient of Q(s, a) costs a fraction of that of Q(s, .) and is the same.
 *
 * @param choices  per group one-hot, [B, size of the group]
 * @returns        per group, per head: [B]
 */
export function perTaken(
  scope: Scope,
  name: string,
  x: Value,
  choices: readonly Value[],
  spec: EnvironmentSpec,
  layout: ActionLayout,
  settings: NetworkSettings,
  options: HeadOptions,
): Value[][] {
  const B = x.shape[0]!
  const { outputGain, norm, heads = 1, past = null, extra = [] } = options
  const alignedGroup = settings.shared_head ? layout.aligned?.group : undefined
  // Declares the weights in the same order; of its values only those are computed that something needs.
  const every = perAction(scope, name, x, spec, layout, settings, options)
  return every.map((values, g) => {
    if (g !== alignedGroup) return values.map((value) => sum(mul(value, choices[g]!), [1]))
    const aligned = alignedRows(spec, layout, settings)
    const features = concat([encode(scope, name, x, spec, settings), ...extra], 1)
    const perRow = layout.groups[g]!.size / aligned.count
    const choice = reshape(choices[g]!, [B, aligned.count, perRow])
    const which = sum(choice, [2], { keepDims: true }) // [B, K, 1]
    const row = sum(mul(rowsOf(features, aligned), which), [1], { keepDims: true }) // [B, 1, F]
    const h = rowsBody(scope, name, features, aligned, row, past, settings, norm)
    return Array.from({ length: heads }, (_, head) =>
      sum(mul(dense(scope, outputName(name, g, head, heads), h, perRow, outputGain), sum(choice, [1])), [1]),
    )
  })
}

function outputName(name: string, group: number, head: number, heads: number): string {
  return `${name}/out${group}${heads > 1 ? `-${head}` : ''}`
}

/** Rows of a rank 2 observation that a branch is aligned with, and where they lie among the features. */
interface AlignedRows {
  readonly offset: number
  readonly count: number
  readonly features: number
}

/** x [B, O'] -> [B, K, F] */
function rowsOf(x: Value, { offset, count, features }: AlignedRows): Value {
  return reshape(slice(x, 1, offset, offset + count * features), [x.shape[0]!, count, features])
}

function alignedRows(spec: EnvironmentSpec, layout: ActionLayout, settings: NetworkSettings): AlignedRows {
  let offset = 0
  for (const observation of spec.observations) {
    const { name, shape } = observation
    if (name === layout.aligned!.observation) return { offset, count: shape[0]!, features: shape[1]! }
    offset += featureCount(observation, settings)
  }
  throw new Error(`${spec.id} aligns a branch with "${layout.aligned!.observation}", which it does not have`)
}
