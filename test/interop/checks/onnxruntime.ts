/** ONNX Runtime for Python runs what is exported here, and comes to the same logits and actions. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { shapeSize } from '../../../core/envs/index.ts'
import { ActionLayout } from '../../../core/learn/networks/action-layout.ts'
import type { CheckContext, InteropCheck } from '../check.ts'
import { type Acting, actingOf, KINDS, type Kind, observationsOf } from '../policies.ts'

const ROWS = 1000
/** Largest difference of a logit or a continuous action. */
const TOLERANCE = 1e-5

export const check: InteropCheck = {
  name: 'onnxruntime',
  row: 'Agents out: ONNX with the names of ML-Agents',
  venv: 'runtime',
  packages: ['onnxruntime', 'onnx'],
  seconds: 600,
  run,
}

interface Report {
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly facts: Readonly<Record<string, readonly number[] | readonly number[][]>>
  readonly opset: number
  readonly ir: number
}

async function run(context: CheckContext): Promise<string> {
  const printed = await context.runPage('ONNX')
  // The middle of the board: the way to the large ball is to the right.
  context.expectEqual('the action of the page', printed.at(-1)!.trim(), '2')
  let largest = 0
  for (const kind of KINDS) {
    const observations = observationsOf(kind, ROWS)
    const acting = await actingOf(kind, observations)
    writeInputs(context.folder, kind, observations, acting)
    const report = await context.python<Report>('onnxruntime-policy.py', [
      kind.name,
      String(ROWS),
      JSON.stringify(shapesOf(kind)),
    ])
    checkNames(context, kind, report)
    largest = Math.max(largest, compareActions(context, kind, acting))
  }
  return `${KINDS.length} kinds of policy (${KINDS.map(({ name }) => name).join(', ')}), ${ROWS} observations each: the same actions, logits and continuous actions within ${largest.toExponential(1)}`
}

/** Of one row, by input. */
function shapesOf({ spec }: Kind): Record<string, readonly number[]> {
  const width = spec.action.discrete.reduce((sum, branch) => sum + branch, 0)
  return {
    ...Object.fromEntries(spec.observations.map(({ shape }, i) => [`obs_${i}`, shape])),
    ...(width > 0 && { action_masks: [width] }),
  }
}

function writeInputs(folder: string, kind: Kind, observations: Float32Array, { file }: Acting): void {
  const O = observations.length / ROWS
  const shapes = shapesOf(kind)
  let from = 0
  for (const [name, shape] of Object.entries(shapes)) {
    const size = shapeSize(shape)
    const part = new Float32Array(ROWS * size).fill(1)
    if (name !== 'action_masks') {
      for (let row = 0; row < ROWS; row++) {
        part.set(observations.subarray(row * O + from, row * O + from + size), row * size)
      }
      from += size
    }
    writeFileSync(join(folder, `${kind.name}.${name}.f32`), new Uint8Array(part.buffer))
  }
  writeFileSync(join(folder, `${kind.name}.onnx`), file)
}

/** In ML-Agents' order. */
function checkNames(context: CheckContext, { name, spec, memory = 0 }: Kind, report: Report): void {
  const { discrete, continuous } = spec.action
  const inputs = [...Object.keys(shapesOf({ name, spec })), ...(memory > 0 ? ['recurrent_in'] : [])]
  context.expectEqual(`inputs of ${name}`, report.inputs, inputs)
  const outputsOf = (kind: string) => [
    `${kind}_actions`,
    `${kind}_action_output_shape`,
    `deterministic_${kind}_actions`,
  ]
  context.expectEqual(`outputs of ${name}`, report.outputs, [
    'version_number',
    'memory_size',
    ...(continuous > 0 ? outputsOf('continuous') : []),
    ...(discrete.length > 0 ? outputsOf('discrete') : []),
    ...(memory > 0 ? ['recurrent_out'] : []),
  ])
  context.expectEqual(`facts of ${name}`, report.facts, {
    version_number: [3],
    memory_size: [memory],
    ...(continuous > 0 && { continuous_action_output_shape: [continuous] }),
    ...(discrete.length > 0 && { discrete_action_output_shape: [discrete] }),
  })
  context.expectEqual(`versions of ${name}`, [report.opset, report.ir], [15, 8])
}

/** @returns the largest difference */
function compareActions(
  context: CheckContext,
  { name, spec, memory = 0 }: Kind,
  { outputs }: Acting,
): number {
  const read = (output: string) => {
    const bytes = readFileSync(join(context.folder, `${name}.${output}.f32`))
    return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))
  }
  let largest = 0
  const near = (what: string, theirs: Float32Array, ours: Float32Array, tolerance = TOLERANCE) => {
    if (theirs.length !== ours.length)
      context.fail(`${name}: ${what} has ${theirs.length} numbers, not ${ours.length}`)
    const difference = ours.reduce((most, value, i) => Math.max(most, Math.abs(value - theirs[i]!)), 0)
    if (!(difference <= tolerance)) context.fail(`${name}: ${what} differs by ${difference}`)
    if (tolerance === TOLERANCE) largest = Math.max(largest, difference)
  }
  const layout = new ActionLayout(spec)
  const D = spec.action.discrete.length
  const chosen = new Int32Array(ROWS * D)
  layout.groups.forEach((group, g) => {
    const logits = outputs[`logits_${g}`]!
    near(`logits of group ${g}`, read(`logits_${g}`), logits)
    for (let row = 0; row < ROWS; row++) {
      const own = logits.subarray(row * group.size, (row + 1) * group.size)
      layout.decode(g, own.indexOf(Math.max(...own)), chosen, row * D)
    }
  })
  if (D > 0) {
    const theirs = read('deterministic_discrete_actions')
    const different = chosen.findIndex((action, i) => action !== theirs[i])
    if (different >= 0)
      context.fail(`${name}: action ${different} is ${theirs[different]}, not ${chosen[different]}`)
    if (new Set(chosen).size < 2) context.fail(`${name} always does the same, which compares nothing`)
  }
  if (outputs.mean !== undefined)
    near('continuous actions', read('deterministic_continuous_actions'), outputs.mean)
  if (memory > 0) {
    // A cell adds up over a thousand steps without end of an episode: relative to what it has come to.
    const remembered = outputs.remembered!
    const size = remembered.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
    near('memory', read('recurrent_out'), remembered, TOLERANCE * Math.max(2, size))
  }
  return largest
}
