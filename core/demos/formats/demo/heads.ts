/**
 * What a `.demo` has no field for, so that what we have written comes back whole: the heads of the episodes and the times of
 * their steps. They lie behind the last record, where ML-Agents' readers do not look: the trainer's loader stops after as many
 * records as the head of the file says, and Unity's importer after the first. Ten bytes of 255 begin them, which are no length
 * of a message, so a reader that does not count stops there as well.
 */
import { fromLittleEndian, littleEndianBytes } from '../../../store/index.ts'
import type { Episode } from '../../episode.ts'
import type { ActionAlignment } from '../format.ts'
import { type PlainHead, parseHead, plainHead } from '../parts/head.ts'
import { seal, unseal } from '../parts/sealed.ts'
import type { FileProblems } from '../problems.ts'

const MAGIC = Uint8Array.of(...Array(10).fill(255), 0x55, 0x4e, 0x44, 0x0d, 0x0a, 0x1a)
const VERSION = 1

export interface DemoHeads {
  readonly actions: ActionAlignment
  readonly episodes: readonly {
    readonly head: PlainHead
    readonly masked: boolean
    readonly timesUs: Float64Array
  }[]
}

export function writeHeads(episodes: readonly Episode[], actions: ActionAlignment): Uint8Array {
  return seal(MAGIC, VERSION, {
    actions,
    episodes: episodes.map((episode) => ({
      head: plainHead(episode),
      masked: episode.masks !== undefined,
      timesUs: littleEndianBytes(episode.timesUs),
    })),
  })
}

/** @returns undefined when another program has written the file @throws DataError when they are damaged */
export function readHeads(tail: Uint8Array, problems: FileProblems): DemoHeads | undefined {
  if (!MAGIC.every((byte, i) => tail[i] === byte)) return undefined
  const { actions, episodes } = (unseal(tail.subarray(MAGIC.length), VERSION, problems) ?? {}) as {
    actions?: unknown
    episodes?: unknown
  }
  if (actions !== 'same' && actions !== 'previous') {
    return problems.refuse('heads, actions', 'same or previous', String(actions))
  }
  if (!Array.isArray(episodes)) return problems.refuse('heads', 'a list of episodes', typeof episodes)
  return {
    actions,
    episodes: episodes.map((value: unknown, i) => {
      const { head, masked, timesUs } = (value ?? {}) as Record<string, unknown>
      const place = `heads, episode ${i}`
      if (!(timesUs instanceof Uint8Array) || timesUs.length % 8 !== 0) {
        return problems.refuse(`${place}, times`, 'bytes of whole numbers', typeof timesUs)
      }
      return {
        head: parseHead(head, place, problems),
        masked: masked === true,
        timesUs: fromLittleEndian(Float64Array, timesUs),
      }
    }),
  }
}
