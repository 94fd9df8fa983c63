import { navigate } from '../route.ts'
import type { Action } from './action.ts'
import { undoLast } from './undo.tsx'

export interface StudioControl {
  openPalette(): void
  openKeys(): void
  openSettings(): void
  cycleTheme(): void
}

export function studioActions(control: StudioControl): readonly Action[] {
  return [
    {
      id: 'app.palette',
      group: 'Studio',
      name: 'Find a command',
      shortcuts: ['mod+k'],
      keysOnly: true,
      run: control.openPalette,
    },
    { id: 'help.keys', group: 'Studio', name: 'Show all keys', shortcuts: ['?'], run: control.openKeys },
    {
      id: 'edit.undo',
      group: 'Studio',
      name: 'Undo the last change',
      shortcuts: ['mod+z'],
      run: undoLast,
    },
    {
      id: 'app.settings',
      group: 'Studio',
      name: 'Open settings',
      shortcuts: ['mod+,'],
      run: control.openSettings,
    },
    {
      id: 'app.theme',
      group: 'Studio',
      name: 'Switch the theme: light, dark or same as the system',
      run: control.cycleTheme,
    },
    {
      id: 'train.new',
      group: 'Studio',
      name: 'Train a new agent',
      run: () => navigate('train', { new: 1 }),
    },
  ]
}
