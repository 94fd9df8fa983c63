/** Of several episodes those that are whole: one that is damaged keeps no other from being used. */
import { DataError } from '../errors.ts'
import type { Episode, ReadableLibrary } from '../store/index.ts'
import { Turns } from '../turns.ts'

export interface LeftOut {
  readonly id: number
  /** What is damaged, as a sentence. */
  readonly problem: string
}

export interface WholeEpisodes {
  readonly ids: number[]
  readonly episodes: Episode[]
  readonly leftOut: LeftOut[]
}

/**
 * By and by, so that whoever waits for their turn meanwhile has it.
 * @throws DataError when there are some and none is whole; UserError when one is not there; the reason of `signal`
 */
export async function readWholeEpisodes(
  library: ReadableLibrary,
  ids: readonly number[],
  signal?: AbortSignal,
): Promise<WholeEpisodes> {
  const whole: WholeEpisodes = { ids: [], episodes: [], leftOut: [] }
  const turns = new Turns()
  let damage: DataError | undefined
  for (const id of ids) {
    if (turns.over) await turns.next(signal)
    try {
      whole.episodes.push(library.readEpisode(id))
      whole.ids.push(id)
    } catch (error) {
      if (!(error instanceof DataError)) throw error
      damage ??= error
      whole.leftOut.push({ id, problem: error.message })
    }
  }
  if (damage !== undefined && whole.episodes.length === 0) throw damage
  return whole
}
