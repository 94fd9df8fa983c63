/** Policies that were made elsewhere: taken in, found again, removed. The files are `<data>/agents/<id>.onnx`. */
import { createHash } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
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

export interface AgentFile {
  /** Name of the file, without folders. */
  readonly source: string
  readonly bytes: Uint8Array
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
  { source, bytes, name, output }: AgentFile,
): Promise<{ agent: ImportedAgentRow; known: boolean }> {
  const { spec } = environment
  const policy = await openPolicy(spec, bytes, source, output)
  try {
    await tryOut(environment, policy)
  } finally {
    await policy.release()
  }
  const sha256 = createHash('sha256').update(bytes).digest('hex')
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
  const title = name?.trim() ?? (asName(source.replace(/\.onnx$/i, ''), BOUNDS.name) || 'imported')
  const agent: ImportedAgentRow = {
    id: unusedId(library, title),
    name: title,
    environmentId: spec.id,
    parameters: spec.parameters,
    source: asName(source, BOUNDS.fileName),
    sha256,
    bytes: bytes.length,
    form: policy.form,
    producer: asName(policy.summary.producer, BOUNDS.name),
    opset: policy.summary.opset,
    output: output ?? null,
    sampledOnly: !policy.canBeDeterministic,
    importedAtUs: Date.now() * 1000,
  }
  const file = importedAgentFile(library, agent.id)
  makePrivateDirectory(dirname(file))
  await writeAtomically(file, [bytes])
  try {
    library.addImportedAgent(agent)
  } catch (error) {
    await rm(file, { force: true })
    throw error
  }
  return { agent, known: false }
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

/** Removes it with its file. @throws UserError when there is none */
export async function deleteImportedAgent(library: Library, id: string): Promise<void> {
  requireImportedAgent(library, id)
  library.deleteImportedAgent(id)
  await rm(importedAgentFile(library, id), { force: true })
}
