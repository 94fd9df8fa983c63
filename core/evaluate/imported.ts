/** Policies that were made elsewhere: taken in, found again, removed. The files are `<data>/agents/<id>.onnx`. */
import { createHash } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { writeAtomically } from '../atomic-file.ts'
import { asName, BOUNDS, requireName } from '../bounds.ts'
import { type Environment, observationSize } from '../envs/index.ts'
import { nearest, UserError } from '../errors.ts'
import { Random } from '../random.ts'
import {
  type ImportedAgentRow,
  type Library,
  makePrivateDirectory,
  type ReadableLibrary,
} from '../store/index.ts'
import { runDirectory } from '../train/index.ts'
import { openPolicy, type Policy } from './policy/policy.ts'
import type { PolicySource } from './policy/policy-file.ts'

export interface AgentFile {
  /** Named by the file, without folders. */
  readonly source: PolicySource
  /** For people; the file's name without its ending when absent. */
  readonly name?: string | undefined
  /** The output that holds actions, where the file has several that could. */
  readonly output?: string | undefined
}

/**
 * Adds a policy that plays `environment`. What the library has already for this environment is not added twice.
 * @throws DataError when the file is no ONNX model or damaged; UserError when it cannot be run or does not fit
 */
export async function importAgent(
  library: Library,
  environment: Environment,
  { source, name, output }: AgentFile,
): Promise<{ agent: ImportedAgentRow; known: boolean }> {
  const { spec } = environment
  const policy = await openPolicy(spec, source, output)
  let parts: Uint8Array[]
  try {
    await tryOut(environment, policy)
    parts = await policy.content()
  } finally {
    await policy.release()
  }
  const sha256 = await sha256Of(parts)
  const parameters = JSON.stringify(spec.parameters)
  const known = library
    .listImportedAgents()
    .find(
      (agent) =>
        agent.sha256 === sha256 &&
        agent.environmentId === spec.id &&
        JSON.stringify(agent.parameters) === parameters,
    )
  if (known !== undefined) return { agent: known, known: true }
  if (name !== undefined) requireName('the name of an agent', name.trim(), BOUNDS.name)
  const title = name?.trim() ?? (asName(source.name.replace(/\.onnx$/i, ''), BOUNDS.name) || 'imported')
  const agent: ImportedAgentRow = {
    id: unusedId(library, title),
    name: title,
    environmentId: spec.id,
    parameters: spec.parameters,
    source: asName(source.name, BOUNDS.fileName),
    sha256,
    bytes: parts.reduce((sum, part) => sum + part.length, 0),
    form: policy.form,
    producer: asName(policy.summary.producer, BOUNDS.name),
    opset: policy.summary.opset,
    output: output ?? null,
    sampledOnly: !policy.canBeDeterministic,
    importedAtUs: Date.now() * 1000,
  }
  await keep(library, agent, parts)
  return { agent, known: false }
}

/** Part by part, so that nobody waits for a large one. */
async function sha256Of(parts: readonly Uint8Array[]): Promise<string> {
  const hash = createHash('sha256')
  for (const part of parts) {
    hash.update(part)
    await nextTurn()
  }
  return hash.digest('hex')
}

/** One decision on a real board, so that a policy that answers no action is refused now and not in the midst of a game. */
async function tryOut(environment: Environment, policy: Policy): Promise<void> {
  const observations = new Float32Array(observationSize(environment.spec))
  environment.reset(0, observations)
  const width = environment.spec.action.discrete.reduce((sum, branch) => sum + branch, 0)
  const masks = new Uint8Array(width).fill(1)
  environment.writeActionMask?.(masks)
  const rows = { rows: 1, observations, masks, memory: new Float32Array(policy.memorySize) }
  await policy.act(rows, policy.canBeDeterministic ? null : new Random(0))
}

/** A readable id that neither a run nor an agent has. */
function unusedId(library: ReadableLibrary, name: string): string {
  const stem =
    name
      .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
      .replace(/^[^A-Za-z0-9]+/, '')
      .slice(0, 60) || 'agent'
  for (let n = 1; ; n++) {
    const id = n === 1 ? stem : `${stem}-${n}`
    if (library.getRun(id) === undefined && library.getImportedAgent(id) === undefined) return id
  }
}

export function importedAgentFile(library: ReadableLibrary, id: string): string {
  // A run's rule for names keeps the path within the folder.
  runDirectory(library.dir, id)
  return join(library.dir, 'agents', `${id}.onnx`)
}

/** @throws UserError naming the nearest one */
export function requireImportedAgent(library: ReadableLibrary, id: string): ImportedAgentRow {
  const agent = library.getImportedAgent(id)
  if (agent !== undefined) return agent
  const near = nearest(
    id,
    library.listImportedAgents().map((other) => other.id),
  )
  throw new UserError(`there is no imported agent "${id}"`, {
    remedy: near === undefined ? 'import one with `understudy agents import`' : `did you mean "${near}"?`,
  })
}

export interface RemovedAgent {
  readonly agent: ImportedAgentRow
  /** Its file; null when it was gone already. */
  readonly policy: Uint8Array | null
}

/** Removes it with its file. @throws UserError when there is none */
export async function deleteImportedAgent(library: Library, id: string): Promise<RemovedAgent> {
  const agent = requireImportedAgent(library, id)
  const file = importedAgentFile(library, id)
  const policy = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
  library.deleteImportedAgent(id)
  await rm(file, { force: true })
  return { agent, policy }
}

/** @throws UserError when its id was given to another meanwhile */
export async function putBackImportedAgent(library: Library, { agent, policy }: RemovedAgent): Promise<void> {
  const { id } = agent
  if (library.getRun(id) !== undefined || library.getImportedAgent(id) !== undefined) {
    throw new UserError(`there is now another agent "${id}"`, { remedy: 'delete that one first' })
  }
  await keep(library, agent, policy === null ? [] : [policy])
}

async function keep(library: Library, agent: ImportedAgentRow, parts: readonly Uint8Array[]): Promise<void> {
  const file = importedAgentFile(library, agent.id)
  makePrivateDirectory(dirname(file))
  if (parts.length > 0) await writeAtomically(file, parts)
  try {
    library.addImportedAgent(agent)
  } catch (error) {
    await rm(file, { force: true })
    throw error
  }
}
