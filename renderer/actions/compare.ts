import type { Clock } from '../replay/clock.ts'
import type { Action } from './action.ts'

/** @param parting  step of the clock at which the boards first look different; null when they never do */
export function compareActions(clock: Clock, parting: number | null): readonly Action[] {
  return [
    {
      id: 'compare.first-difference',
      group: 'Compare',
      name: 'Jump to the first difference',
      shortcuts: ['f'],
      enabled: parting !== null,
      run: () => {
        if (parting !== null) clock.seek(parting)
      },
    },
  ]
}
