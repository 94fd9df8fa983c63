/** What the handlers of a host share. */
import type { EnvironmentSpec } from '../envs/index.ts'
import type { EpisodeRow, Library } from '../store/index.ts'
import type { Policies } from './policies.ts'
import type { Demonstration, EventData, EventName } from './protocol.ts'
import type { RunDesk } from './run-desk.ts'
import type { Tasks } from './tasks.ts'

export interface HostContext {
  readonly library: Library
  /** Every environment that is registered, by id. */
  readonly specs: ReadonlyMap<string, EnvironmentSpec>
  readonly shell: 'browser' | 'desktop'
  readonly version: string
  readonly tasks: Tasks
  readonly runs: RunDesk
  readonly policies: Policies
  /** Tells every page. */
  emit<E extends EventName>(event: E, data: EventData<E>): void
}

/** The score that is compared: steps or return, as the environment says; steps for one that is not registered. */
export function scoreOf(context: HostContext, row: EpisodeRow): number {
  return context.specs.get(row.environmentId)?.score.measure === 'return' ? row.return : row.length
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
