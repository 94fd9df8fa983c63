/** What the handlers of a host share. */
import {
  type EnvironmentSpec,
  fullEnvironmentId,
  isEnvironmentId,
  makeEnvironment,
  type ParameterValue,
  prepareEnvironment,
} from '../envs/index.ts'
import type { EpisodeRow, Library } from '../store/index.ts'
import type { Asks } from './asks.ts'
import type { FileExchange } from './file-exchange.ts'
import type { Policies } from './policies.ts'
import type { Demonstration, EventData, EventName } from './protocol.ts'
import type { RunDesk } from './run-desk.ts'
import type { Tasks } from './tasks.ts'

export interface HostContext {
  readonly library: Library
  /** Every environment that is registered or was asked for by its scheme, by id. */
  readonly specs: Map<string, EnvironmentSpec>
  readonly shell: 'browser' | 'desktop'
  readonly version: string
  readonly tasks: Tasks
  readonly runs: RunDesk
  readonly policies: Policies
  readonly asks: Asks
  /** What pages send and fetch. */
  readonly files: FileExchange
  /** Tells every page. */
  emit<E extends EventName>(event: E, data: EventData<E>): void
}

/** The score that is compared: steps or return, as the environment says; steps for one that is not registered. */
export function scoreOf(context: HostContext, row: EpisodeRow): number {
  const spec = context.specs.get(row.environmentId)
  // Environments of other programs count returns; asking one of them would mean starting it.
  const measure = spec?.score.measure ?? (isEnvironmentId(row.environmentId) ? 'return' : 'length')
  return measure === 'return' ? row.return : row.length
}

/**
 * Makes the environment ready, so that making it keeps nobody waiting, and lists it.
 * @throws UserError when it is unknown, or what it needs is not installed; UnadmittedError when the person is to be asked first
 */
export async function readyEnvironment(
  context: HostContext,
  named: string,
  parameters: Readonly<Record<string, ParameterValue>> = {},
): Promise<EnvironmentSpec> {
  const id = fullEnvironmentId(named)
  const known = context.specs.get(id)
  await prepareEnvironment(id, parameters)
  if (known !== undefined) return known
  const { spec } = makeEnvironment(id, parameters)
  context.specs.set(id, spec)
  context.emit('library.changed', { what: 'environments' })
  return spec
}

/** A row of the library as the page sees it. */
export function toDemonstration(context: HostContext, row: EpisodeRow): Demonstration {
  return {
    ...row,
    parameters: { ...row.parameters },
    tags: [...row.tags],
    score: scoreOf(context, row),
  }
}
