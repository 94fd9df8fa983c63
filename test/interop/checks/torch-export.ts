/** What PyTorch exports, by its old exporter and its new one, is imported and does here what it does in torch. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type EnvironmentSpec, makeEnvironment } from '../../../core/envs/index.ts'
import { readPolicy } from '../../../core/evaluate/index.ts'
import type { CheckContext, InteropCheck } from '../check.ts'
import { observationsOf } from '../policies.ts'

const ROWS = 1000
const TOLERANCE = 1e-5

export const check: InteropCheck = {
  name: 'torch-export',
  row: 'Agents in: exports of PyTorch',
  venv: 'learners',
  packages: ['torch', 'onnx', 'onnxscript'],
  run,
}

async function run(context: CheckContext): Promise<string> {
  await context.runPage('Agents in')
  const basic = makeEnvironment('basic').spec
  const moving: EnvironmentSpec = { ...basic, action: { continuous: 2, discrete: [] } }
  // Normal deviates: on the twenty observations of basic itself little would be compared.
  const observations = observationsOf({ name: 'moving', spec: moving }, ROWS)
  writeFileSync(join(context.folder, 'observations.f32'), new Uint8Array(observations.buffer))
  const names = await context.python<string[]>('torch-export.py', [String(ROWS)])
  for (const name of names) {
    const isMoving = name.startsWith('moving')
    const file = join(context.folder, isMoving ? `${name}.onnx` : await imported(context, name))
    const policy = await readPolicy(isMoving ? moving : basic, file)
    const rows = { rows: ROWS, observations, masks: null, memory: new Float32Array(0) }
    const { discrete, continuous } = await policy.act(rows, null)
    await policy.release()
    const bytes = readFileSync(join(context.folder, `${name}.actions.f32`))
    const theirs = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))
    const ours = isMoving ? continuous : Float32Array.from(discrete)
    if (theirs.length !== ours.length)
      context.fail(`${name}: ${ours.length} actions, torch has ${theirs.length}`)
    const at = ours.findIndex((action, i) => !(Math.abs(action - theirs[i]!) <= (isMoving ? TOLERANCE : 0)))
    if (at >= 0) context.fail(`${name}: action ${at} is ${ours[at]}, in torch ${theirs[at]}`)
    if (new Set(ours).size < 2) context.fail(`${name} always does the same, which compares nothing`)
  }
  return `${names.join(', ')}: the actions of torch on ${ROWS} observations; imported, evaluated and compared by the command`
}

/** Takes the file into the library. @returns where it lies then */
async function imported(context: CheckContext, name: string): Promise<string> {
  const [agent] = await context.understudyJson(['agents', 'import', `${name}.onnx`, '--env', 'basic'])
  const [evaluation] = await context.understudyJson(['evaluate', String(agent!.id), '--episodes', '5'])
  context.expectEqual(`episodes of ${name}`, evaluation!.episodes, 5)
  return join('library', 'agents', `${agent!.id}.onnx`)
}
