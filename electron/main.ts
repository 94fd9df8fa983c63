/** Entry of the desktop program. The only module, with the preload script, that loads Electron. */
import {
  app,
  BrowserWindow,
  crashReporter,
  dialog,
  ipcMain,
  Menu,
  MessageChannelMain,
  nativeTheme,
  protocol,
  session,
  shell,
  utilityProcess,
} from 'electron'
import { startDesktop } from './desktop.ts'

// Not awaited: the app does not become ready before its entry module has been evaluated.
void startDesktop(
  {
    app,
    BrowserWindow,
    crashReporter,
    dialog,
    ipcMain,
    Menu,
    MessageChannelMain,
    nativeTheme,
    protocol,
    session,
    shell,
    utilityProcess,
  },
  process.argv,
)
