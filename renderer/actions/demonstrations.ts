import type { Demonstration } from '../../core/studio/protocol.ts'
import { exportAs, rate, remove, trainOn } from '../views/demonstrations/commands.ts'
import type { Selection } from '../views/demonstrations/selection.ts'
import type { Action } from './action.ts'

/** @param rows  the selected rows, else the one that is shown */
export function demonstrationActions(
  rows: readonly Demonstration[],
  selection: Selection,
): readonly Action[] {
  const group = 'Demonstrations' as const
  const enabled = rows.length > 0
  return [
    {
      id: 'demonstrations.filter',
      group,
      name: 'Filter demonstrations',
      shortcuts: ['/'],
      run: () => document.getElementById('demonstration-filter')?.focus(),
    },
    {
      id: 'demonstrations.select-all',
      group,
      name: 'Select all demonstrations',
      shortcuts: ['mod+a'],
      run: selection.selectAll,
    },
    {
      id: 'demonstrations.tag',
      group,
      name: 'Tag the selected demonstrations',
      shortcuts: ['t'],
      enabled,
      run: () => document.querySelector<HTMLElement>('[data-tag-button]')?.click(),
    },
    ...[1, 2, 3, 4, 5].map((stars) => ({
      id: `demonstrations.rate-${stars}`,
      group,
      name: `Rate ${stars} of 5`,
      shortcuts: [String(stars)],
      enabled,
      run: () => void rate(rows, stars),
    })),
    {
      id: 'demonstrations.export',
      group,
      name: 'Export the selected demonstrations',
      shortcuts: ['mod+e'],
      enabled,
      run: () => void exportAs(rows, 'understudy'),
    },
    {
      id: 'demonstrations.train',
      group,
      name: 'Train on the selected demonstrations',
      enabled,
      run: () => trainOn(rows),
    },
    {
      id: 'demonstrations.delete',
      group,
      name: 'Delete the selected demonstrations',
      shortcuts: ['Delete', 'Backspace'],
      enabled,
      run: () => void remove(rows).then(selection.leave),
    },
  ]
}
