import type { Clock } from '../replay/clock.ts'
import type { Action } from './action.ts'

export function compareActions(clock: Clock, firstDifference: number | null): readonly Action[] {
  return [
    {
      id: 'compare.first-difference',
      group: 'Compare',
      name: 'Jump to the first difference',
      shortcuts: ['f'],
      enabled: firstDifference !== null,
      run: () => {
        if (firstDifference !== null) clock.seek(firstDifference)
      },
    },
  ]
}
