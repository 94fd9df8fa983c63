/** The native menu. Its own items are the page's actions by their ids; the rest are roles of the system. */
import type { MenuItemConstructorOptions } from 'electron'
import type { MenuAction } from '../core/studio/protocol/bridge.ts'

/** @param choose  told which action of the page was chosen */
export function menuTemplate(
  choose: (action: MenuAction) => void,
  options: { isMac: boolean; isPackaged: boolean },
): MenuItemConstructorOptions[] {
  const item = (label: string, action: MenuAction, accelerator?: string): MenuItemConstructorOptions => ({
    label,
    ...(accelerator === undefined ? {} : { accelerator }),
    click: () => choose(action),
  })
  const separator: MenuItemConstructorOptions = { type: 'separator' }
  const settings = item('Settings...', 'app.settings', 'CmdOrCtrl+,')
  const application: MenuItemConstructorOptions = {
    role: 'appMenu',
    submenu: [
      { role: 'about' },
      separator,
      settings,
      separator,
      { role: 'hide' },
      { role: 'hideOthers' },
      { role: 'unhide' },
      separator,
      { role: 'quit' },
    ],
  }
  return [
    ...(options.isMac ? [application] : []),
    {
      label: '&File',
      submenu: [
        item('New training run', 'train.new', 'CmdOrCtrl+N'),
        separator,
        item('Import demonstrations...', 'demonstrations.import', 'CmdOrCtrl+O'),
        item('Export demonstrations...', 'demonstrations.export', 'CmdOrCtrl+E'),
        ...(options.isMac
          ? [separator, { role: 'close' } as const]
          : [separator, settings, separator, { role: 'quit' } as const]),
      ],
    },
    {
      label: '&Edit',
      submenu: [
        // Without an accelerator: the page itself tells an undo in a text field from one of its own.
        item('Undo', 'edit.undo'),
        separator,
        { role: 'cut' },
        { role: 'copy' },
        { role: 'paste' },
        { role: 'selectAll' },
      ],
    },
    {
      label: '&Go',
      submenu: [
        item('Play', 'go.play', 'CmdOrCtrl+1'),
        item('Demonstrations', 'go.demonstrations', 'CmdOrCtrl+2'),
        item('Train', 'go.train', 'CmdOrCtrl+3'),
        item('Compare', 'go.compare', 'CmdOrCtrl+4'),
        item('Agents', 'go.agents', 'CmdOrCtrl+5'),
        item('Storage', 'go.storage', 'CmdOrCtrl+6'),
        separator,
        item('Command palette', 'app.palette'),
      ],
    },
    {
      label: '&View',
      submenu: [
        { role: 'reload' },
        separator,
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        separator,
        { role: 'togglefullscreen' },
        ...(options.isPackaged ? [] : [{ role: 'toggleDevTools' } as const]),
      ],
    },
    { role: 'windowMenu' },
    { role: 'help', submenu: [item('Keys', 'help.keys')] },
  ]
}
