/** Numbers as people read them. */

/** '89%' @param share  of 1 */
export function percent(share: number): string {
  return `${Math.round(100 * share)}%`
}

/** '1 episode', '10,021 episodes': a number with what it counts. */
export function counted(n: number, unit: string, units = `${unit}s`): string {
  return `${n.toLocaleString('en')} ${n === 1 ? unit : units}`
}

export interface Scored {
  readonly units: string
  readonly measure: 'length' | 'return'
}

/** What people call an episode: 'level' where its length counts, as in a puzzle, else the field's own word. */
export function episodeWord(score: Scored | undefined): 'level' | 'episode' {
  return score?.measure === 'length' ? 'level' : 'episode'
}

/** 'bubbles per level', or 'points per episode' where points are what counts; of an environment that is not known, 'score'. */
export function scoreWords(score: Scored | undefined): string {
  return score === undefined ? 'score' : `${score.units} per ${episodeWord(score)}`
}
