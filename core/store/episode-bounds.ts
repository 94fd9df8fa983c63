/** What comes in from elsewhere has ids and texts that can be shown and found again. */
import { BOUNDS, nameProblem, textProblem } from '../bounds.ts'
import type { Episode, EpisodeHead } from './episode.ts'

/** Told of the first that is out of bounds. */
export type RefuseText = (what: string, expected: string, found: string) => never

export function checkHeadBounds({ environment, player }: EpisodeHead, refuse: RefuseText): void {
  const name = (what: string, text: string, most: number): void => {
    const found = nameProblem(text, most)
    if (found !== undefined) refuse(what, `1 to ${most} printable characters`, found)
  }
  const most = (what: string, count: number, bound: number): void => {
    if (count > bound) refuse(what, `at most ${bound}`, `${count}`)
  }
  name('environment.id', environment.id, BOUNDS.environmentId)
  name('player.name', player.name, BOUNDS.playerName)
  const parameters = Object.entries(environment.parameters)
  most('environment.parameters', parameters.length, BOUNDS.parameters)
  for (const [key, value] of parameters) {
    name('parameter name', key, BOUNDS.parameterName)
    if (typeof value === 'string') checkText(`parameter "${key}"`, value, BOUNDS.parameterText, refuse)
  }
  most('environment.observations', environment.observations.length, BOUNDS.observations)
  for (const observation of environment.observations) {
    name('observation name', observation.name, BOUNDS.observationName)
  }
}

export function checkNoteBounds({ tags, note }: Pick<Episode, 'tags' | 'note'>, refuse: RefuseText): void {
  if (tags.length > BOUNDS.tags) refuse('tags', `at most ${BOUNDS.tags}`, `${tags.length}`)
  for (const tag of tags) {
    const found = nameProblem(tag, BOUNDS.tag)
    if (found !== undefined) refuse('a tag', `1 to ${BOUNDS.tag} printable characters`, found)
  }
  checkText('note', note, BOUNDS.note, refuse)
}

function checkText(what: string, text: string, most: number, refuse: RefuseText): void {
  const found = textProblem(text, most)
  if (found !== undefined) refuse(what, `up to ${most} printable characters`, found)
}
