/** Comparisons that were computed, kept for as long as the page is open so that a reload does not cost them. */
import type { Comparison, Contender } from '../../../core/studio/protocol.ts'
import { formatContender, type Known } from './contenders.ts'

export interface StoredComparison {
  /** Who was compared, in which environment. */
  readonly key: string
  readonly comparison: Comparison
  /** How many boards it was asked for. */
  readonly episodes: number
  /** As `standOf` when it was computed. */
  readonly stand: string
}

const KEY = 'understudy.comparisons'
const KEPT = 6

function stored(): StoredComparison[] {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? '[]') as StoredComparison[]
  } catch {
    return []
  }
}

export function storedComparison(key: string): StoredComparison | null {
  return stored().find((one) => one.key === key) ?? null
}

export function storeComparison(one: StoredComparison): void {
  const others = stored().filter(({ key }) => key !== one.key)
  try {
    sessionStorage.setItem(KEY, JSON.stringify([one, ...others].slice(0, KEPT)))
  } catch {
    // Storage is full or blocked: it holds until the page is closed.
  }
}

/** What the result depends on and may change: the newest policies, how many plays there are of somebody. */
export function standOf(contenders: readonly Contender[], known: Known): string {
  const stands = contenders.map((contender) => {
    if (contender.kind === 'agent' && contender.checkpoint === undefined) {
      return known.agents.find(({ runId }) => runId === contender.runId)?.checkpoints.at(-1)?.step ?? ''
    }
    if (contender.kind !== 'player') return ''
    const plays = known.episodes.filter(
      ({ playerName, state }) => playerName === contender.playerName && state === 'complete',
    )
    return plays.map(({ id }) => id).join('+')
  })
  return contenders.map((contender, i) => `${formatContender(contender)}=${stands[i]}`).join(' ')
}
