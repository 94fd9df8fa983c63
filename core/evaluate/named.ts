/** Agents by the name that a person types: a run, or a policy that was imported. */
import type { EnvironmentSpec, ParameterValue, Player } from '../envs/index.ts'
import { nearest, UserError } from '../errors.ts'
import type { ReadableLibrary } from '../store/index.ts'
import { loadRunPlugins, requireRun, runDirectory, savedConfig } from '../train/index.ts'
import { type AgentOptions, agentPlayer } from './agent.ts'
import { importedAgentFile } from './imported.ts'

export interface NamedAgent {
  readonly id: string
  readonly kind: 'run' | 'imported'
  readonly environmentId: string
  readonly parameters: Readonly<Record<string, ParameterValue>>
  /** Of the run, as `Contender` has it; undefined of one that was imported. */
  readonly maxEpisodeSteps: number | null | undefined
  /** Directory of the run, or the ONNX file. */
  readonly source: string
  /** The output of the file that holds actions, where somebody had to say. */
  readonly output: string | undefined
  /** @throws as `agentPlayer`; UserError for a checkpoint of what has none */
  player(spec: EnvironmentSpec, options?: Omit<AgentOptions, 'output'>): Promise<Player>
}

/** Loads what the agent needs beside the program. @throws UserError naming the nearest agent */
export async function namedAgent(library: ReadableLibrary, id: string): Promise<NamedAgent> {
  const imported = library.getImportedAgent(id)
  if (imported !== undefined) {
    const { environmentId, parameters } = imported
    const output = imported.output ?? undefined
    const source = importedAgentFile(library, id)
    return {
      id,
      kind: 'imported',
      environmentId,
      parameters,
      maxEpisodeSteps: undefined,
      source,
      output,
      player: (spec, options = {}) => {
        if (options.checkpoint !== undefined) {
          throw new UserError(`"${id}" is imported and has no checkpoints`, { remedy: 'leave the step out' })
        }
        return agentPlayer(spec, source, { ...options, output })
      },
    }
  }
  if (library.getRun(id) === undefined) {
    const near = nearest(
      id,
      library.listImportedAgents().map((agent) => agent.id),
    )
    if (near !== undefined)
      throw new UserError(`there is no agent "${id}"`, { remedy: `did you mean "${near}"?` })
  }
  await loadRunPlugins(library, id)
  const { environment, parameters, maxEpisodeSteps } = savedConfig(requireRun(library, id))
  const source = runDirectory(library.dir, id)
  return {
    id,
    kind: 'run',
    environmentId: environment,
    parameters,
    maxEpisodeSteps,
    source,
    output: undefined,
    player: (spec, options = {}) => agentPlayer(spec, source, options),
  }
}
