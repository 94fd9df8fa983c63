/** The keys of pages that are not on the screen, for the overlay that lists all of them. */
import { Clock } from '../replay/clock.ts'
import type { Selection } from '../views/demonstrations/selection.ts'
import { playSession } from '../views/play/play-session.ts'
import type { Action } from './action.ts'
import { compareActions } from './compare.ts'
import { demonstrationActions } from './demonstrations.ts'
import { playActions } from './play.ts'
import { transportActions } from './transport.ts'

const nothing = () => undefined

const noSelection: Selection = {
  ids: new Set(),
  current: null,
  select: nothing,
  selectAll: nothing,
  leave: nothing,
  clear: nothing,
}

/** What every page offers, on nothing: to be listed, not to be run. Those of the board are the last level's. */
export function actionsElsewhere(): readonly Action[] {
  const clock = new Clock([0, 0])
  return [
    ...playActions({
      ...playSession.snapshot(),
      environment: '',
      agentId: null,
      question: null,
      newLevel: nothing,
      again: nothing,
      keep: nothing,
      discard: nothing,
      watchAgent: nothing,
    }),
    ...transportActions(clock),
    ...demonstrationActions([], noSelection),
    ...compareActions(clock, null),
  ]
}
