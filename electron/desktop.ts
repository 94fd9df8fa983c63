/**
 * The desktop shell: one window on the page, one host process behind it. Takes Electron's modules as a parameter, so that
 * its rules can be tested without a display.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BrowserWindow } from 'electron'
import { printableText } from '../core/printable.ts'
import { FileExchange } from '../core/studio/file-exchange.ts'
import { dataDirectory } from './arguments.ts'
import { channels } from './channels.ts'
import { FileDialogs } from './files.ts'
import { denyNetwork, denyPermissions, guardContents, isFromPage } from './guards.ts'
import { HostProcess } from './host.ts'
import { menuTemplate } from './menu.ts'
import { fileHandler } from './page-files.ts'
import { pageAddress, pageHandler, pageScheme, schemePrivileges } from './page-protocol.ts'

export type Electron = Pick<
  typeof import('electron'),
  | 'app'
  | 'BrowserWindow'
  | 'crashReporter'
  | 'dialog'
  | 'ipcMain'
  | 'Menu'
  | 'MessageChannelMain'
  | 'nativeTheme'
  | 'protocol'
  | 'session'
  | 'shell'
  | 'utilityProcess'
>

/** Files of the built program beside this one. */
const beside = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** A page that crashes this often in a row is not loaded again. */
const maxReloads = 3

/** Call at once when the main process starts: some of it must come before the app is ready. */
export async function startDesktop(electron: Electron, argv: readonly string[]): Promise<void> {
  const { app, crashReporter, dialog, protocol } = electron
  const data = dataDirectory(argv, process.env)
  // One folder of settings per library, hence one window per library.
  const settings = join(data, 'desktop')
  try {
    mkdirSync(settings, { recursive: true })
  } catch (error) {
    dialog.showErrorBox(
      'Understudy cannot start',
      `${settings} cannot be created: ${(error as Error).message}`,
    )
    app.exit(1)
    return
  }
  app.setPath('userData', settings)
  crashReporter.start({ uploadToServer: false })
  app.enableSandbox()
  protocol.registerSchemesAsPrivileged([schemePrivileges])
  if (!app.requestSingleInstanceLock()) {
    app.quit()
    return
  }
  const desktop = new Desktop(electron, data)
  app.on('second-instance', () => desktop.show())
  app.on('activate', () => desktop.show())
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit()
  })
  app.on('before-quit', (event) => desktop.beforeQuit(event))
  app.on('web-contents-created', (_event, contents) =>
    guardContents(contents, (address) => electron.shell.openExternal(address)),
  )
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => desktop.quit())
  await app.whenReady()
  desktop.open()
}

export class Desktop {
  readonly #electron: Electron
  readonly #dataDirectory: string
  readonly #files: FileDialogs
  #host: HostProcess | undefined
  #window: BrowserWindow | undefined
  #reloads = 0
  #quitting: 'no' | 'asking' | 'closing' | 'closed' = 'no'

  constructor(electron: Electron, dataDirectory: string) {
    this.#electron = electron
    this.#dataDirectory = dataDirectory
    this.#files = new FileDialogs(electron.dialog, electron.app.getPath('documents'))
  }

  /** Once the app is ready. */
  open(): void {
    const { app, ipcMain, Menu, protocol, session, utilityProcess } = this.#electron
    denyPermissions(session.defaultSession)
    denyNetwork(session.defaultSession)
    const files = fileHandler(new FileExchange(this.#dataDirectory))
    protocol.handle(pageScheme, pageHandler(beside('../renderer'), files))
    this.#host = new HostProcess({
      dataDirectory: this.#dataDirectory,
      hostModule: beside('./host-process.js'),
      fork: (module, serviceName) =>
        utilityProcess.fork(module, [], { serviceName, stdio: ['ignore', 'inherit', 'pipe'] }),
      onFatal: (message, remedy) => this.#fatal(message, remedy),
      log: (line) => process.stderr.write(`${printableText(line)}\n`),
    })
    const isMac = process.platform === 'darwin'
    const template = menuTemplate((action) => this.#window?.webContents.send(channels.menu, action), {
      isMac,
      isPackaged: app.isPackaged,
    })
    Menu.setApplicationMenu(Menu.buildFromTemplate(template))
    ipcMain.on(channels.port, (event) => {
      if (this.#isFromPage(event)) this.#givePort(event.sender)
    })
    ipcMain.handle(channels.saveFile, (event, file: unknown) => this.#files.save(this.#pageOf(event), file))
    ipcMain.handle(channels.openFiles, (event, kind: unknown) => this.#files.open(this.#pageOf(event), kind))
    this.show()
  }

  /** Brings the window to the front; makes it when there is none. */
  show(): void {
    if (this.#host === undefined || this.#quitting === 'closing') return
    const window = (this.#window ??= this.#makeWindow())
    if (window.isMinimized()) window.restore()
    window.focus()
  }

  /** Holds the quitting back until the person has agreed and the host has closed. */
  beforeQuit(event: { preventDefault(): void }): void {
    if (this.#quitting === 'closed') return
    event.preventDefault()
    if (this.#quitting === 'no') void this.#askAndQuit()
  }

  /** Ends in order and without asking: somebody else decided. */
  quit(): void {
    if (this.#quitting === 'no' || this.#quitting === 'asking') void this.#closeAndQuit()
  }

  async #askAndQuit(): Promise<void> {
    const runs = this.#host?.activeRuns ?? []
    if (runs.length > 0) {
      this.#quitting = 'asking'
      const { response } = await this.#electron.dialog.showMessageBox({
        type: 'question',
        message:
          runs.length === 1
            ? `The run ${runs[0]} is still training.`
            : `${runs.length} runs are still training.`,
        detail: 'They stop with a checkpoint and can be resumed later.',
        buttons: ['Stop and quit', 'Cancel'],
        defaultId: 1,
        cancelId: 1,
      })
      if (this.#quitting !== 'asking') return
      this.#quitting = 'no'
      if (response !== 0) {
        this.show()
        return
      }
    }
    await this.#closeAndQuit()
  }

  async #closeAndQuit(): Promise<void> {
    this.#quitting = 'closing'
    await this.#host?.close()
    this.#quitting = 'closed'
    this.#electron.app.quit()
  }

  #makeWindow(): BrowserWindow {
    const { BrowserWindow: Window, nativeTheme } = this.#electron
    const window = new Window({
      name: 'studio',
      windowStatePersistence: true,
      title: 'Understudy',
      width: 1440,
      height: 900,
      minWidth: 1024,
      minHeight: 700,
      show: false,
      backgroundColor: nativeTheme.shouldUseDarkColors ? '#141517' : '#ffffff',
      webPreferences: {
        preload: beside('./preload.cjs'),
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        spellcheck: false,
      },
    })
    window.once('ready-to-show', () => window.show())
    window.on('close', (event) => {
      const closesProgram = process.platform !== 'darwin'
      if (!closesProgram || this.#quitting !== 'no' || this.#host?.activeRuns.length === 0) return
      // The window stays until the person has answered.
      event.preventDefault()
      this.#electron.app.quit()
    })
    window.on('closed', () => {
      this.#window = undefined
    })
    window.webContents.on('render-process-gone', (_event, { reason }) => {
      // Games and runs live in the host, so a fresh page goes on where the old one was.
      if (reason !== 'clean-exit' && this.#reloads++ < maxReloads) window.reload()
    })
    window.webContents.on('did-finish-load', () => {
      this.#reloads = 0
    })
    void window.loadURL(pageAddress)
    return window
  }

  /** One end to the page, the other to the host; main passes nothing on. */
  #givePort(page: Electron.WebContents): void {
    const { port1, port2 } = new this.#electron.MessageChannelMain()
    this.#host?.connect(port1)
    page.postMessage(channels.port, null, [port2])
  }

  #isFromPage(event: { senderFrame: Electron.WebFrameMain | null; sender: Electron.WebContents }): boolean {
    return event.sender === this.#window?.webContents && isFromPage(event.senderFrame, event.sender)
  }

  #pageOf(event: Electron.IpcMainInvokeEvent): BrowserWindow {
    if (this.#window === undefined || !this.#isFromPage(event)) throw new Error('refused: not the page')
    return this.#window
  }

  #fatal(message: string, remedy: string | null): void {
    this.#electron.dialog.showErrorBox(
      'Understudy cannot continue',
      remedy === null ? message : `${message}.\n${remedy}.`,
    )
    this.#quitting = 'closed'
    this.#electron.app.exit(1)
  }
}
