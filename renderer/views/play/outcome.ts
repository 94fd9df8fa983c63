/** What a play came to, in words. */
import type { PlayState } from '../../../core/studio/protocol.ts'
import { oneScore } from '../../components/format.ts'

export function scoreOf(play: PlayState): number {
  return play.spec.score.measure === 'length' ? play.steps : play.return
}

/** '21 bubbles' */
export function headline(play: PlayState): string {
  const { unit, units } = play.spec.score
  const value = scoreOf(play)
  return `${oneScore(value)} ${value === 1 ? unit : units}`
}

/** How a play that is over ended. Only who counts steps plays until something is won. */
export function verdict(play: PlayState): string {
  const { measure, human } = play.spec.score
  if (!play.success) {
    if (measure === 'length' && play.success === false)
      return play.truncated ? 'Not won within the limit.' : 'Not won.'
    return play.truncated ? `Cut off at the limit of ${oneScore(play.steps)} steps.` : 'The game is over.'
  }
  if (human === undefined) return 'Well done.'
  const difference = scoreOf(play) - human.mean
  const fewer = measure === 'length' ? 'fewer' : 'less'
  const word = difference < 0 ? fewer : 'more'
  return `${Math.abs(difference).toFixed(2)} ${word} than the human average of ${human.mean}`
}
