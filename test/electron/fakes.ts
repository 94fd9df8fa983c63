/** Small stand-ins for the parts of Electron that the shell uses. They keep what they are told and do nothing. */
import { EventEmitter } from 'node:events'
import type { Electron as Modules } from '../../electron/desktop.ts'

export class FakeFrame {
  url = 'app://studio/index.html'
}

export class FakeContents extends EventEmitter {
  readonly mainFrame = new FakeFrame()
  readonly sent: unknown[][] = []
  readonly posted: { channel: string; ports: FakePort[] }[] = []
  openHandler: (details: { url: string }) => { action: string } = () => ({ action: 'allow' })

  send(...message: unknown[]): void {
    this.sent.push(message)
  }

  postMessage(channel: string, _message: unknown, ports: FakePort[]): void {
    this.posted.push({ channel, ports })
  }

  setWindowOpenHandler(handler: FakeContents['openHandler']): void {
    this.openHandler = handler
  }

  getURL(): string {
    return this.mainFrame.url
  }
}

export class FakeWindow extends EventEmitter {
  static readonly all: FakeWindow[] = []
  readonly webContents = new FakeContents()
  readonly calls: string[] = []
  readonly options: Record<string, unknown>
  minimized = false
  address = ''

  constructor(options: Record<string, unknown>) {
    super()
    this.options = options
    FakeWindow.all.push(this)
  }

  isMinimized(): boolean {
    return this.minimized
  }

  restore(): void {
    this.calls.push('restore')
    this.minimized = false
  }

  focus(): void {
    this.calls.push('focus')
  }

  show(): void {
    this.calls.push('show')
  }

  reload(): void {
    this.calls.push('reload')
  }

  async loadURL(address: string): Promise<void> {
    this.address = address
  }
}

export class FakePort {}

/** A utility process whose other side is played by the test. */
export class FakeProcess extends EventEmitter {
  readonly module: string
  readonly serviceName: string
  readonly pid = 4711
  readonly stderr = new EventEmitter()
  readonly received: { message: unknown; ports: FakePort[] }[] = []
  killed = false

  constructor(module: string, serviceName: string) {
    super()
    this.module = module
    this.serviceName = serviceName
  }

  postMessage(message: unknown, ports: FakePort[] = []): void {
    this.received.push({ message, ports })
  }

  /** What the process posts to its parent. */
  says(message: unknown): void {
    this.emit('message', message)
  }

  exits(code: number): void {
    this.emit('exit', code)
  }

  kill(): boolean {
    this.killed = true
    return true
  }

  kinds(): unknown[] {
    return this.received.map(({ message }) => (message as { kind?: string }).kind ?? message)
  }
}

class FakeApp extends EventEmitter {
  readonly calls: string[] = []
  readonly isPackaged = false
  isFirst = true
  readonly #ready = Promise.withResolvers<void>()

  setPath(name: string, path: string): void {
    this.calls.push(`setPath ${name} ${path}`)
  }

  getPath(): string {
    return '/documents'
  }

  enableSandbox(): void {
    this.calls.push('enableSandbox')
  }

  requestSingleInstanceLock(): boolean {
    this.calls.push('requestSingleInstanceLock')
    return this.isFirst
  }

  whenReady(): Promise<void> {
    return this.#ready.promise
  }

  becomesReady(): void {
    this.calls.push('ready')
    this.#ready.resolve()
  }

  /** As Electron does it: asks, then closes the windows unless somebody objects. */
  quit(): void {
    this.calls.push('quit')
    const event = { prevented: false, preventDefault: () => (event.prevented = true) }
    this.emit('before-quit', event)
    if (!event.prevented) this.calls.push('gone')
  }

  exit(code: number): void {
    this.calls.push(`exit ${code}`)
  }
}

export interface FakeElectron {
  readonly modules: Modules
  readonly app: FakeApp
  readonly processes: FakeProcess[]
  readonly schemes: unknown[]
  readonly handlers: Map<string, (event: unknown, ...rest: unknown[]) => unknown>
  readonly listeners: Map<string, (event: unknown) => void>
  readonly permissions: { request?: Permission; check?: PermissionCheck; device?: () => boolean }
  /** Which requests are looked at, and by whom. */
  requests: { filter: readonly string[]; listener: RequestListener } | null
  readonly opened: string[]
  readonly boxes: { title: string; text: string }[]
  /** The button that is pressed in the next question. */
  answer: number
  questions: number
}

type Permission = (contents: FakeContents, permission: string, callback: (granted: boolean) => void) => void
type RequestListener = (details: { url: string }, callback: (answer: { cancel?: boolean }) => void) => void
type PermissionCheck = (contents: FakeContents | null, permission: string) => boolean

export function fakeElectron(): FakeElectron {
  FakeWindow.all.length = 0
  const fake: Omit<FakeElectron, 'modules'> = {
    app: new FakeApp(),
    processes: [],
    schemes: [],
    handlers: new Map(),
    listeners: new Map(),
    permissions: {},
    requests: null,
    opened: [],
    boxes: [],
    answer: 0,
    questions: 0,
  }
  const modules = {
    app: fake.app,
    BrowserWindow: FakeWindow,
    crashReporter: {
      start: (options: object) => fake.app.calls.push(`crashReporter ${JSON.stringify(options)}`),
    },
    dialog: {
      showErrorBox: (title: string, text: string) => fake.boxes.push({ title, text }),
      showMessageBox: async () => {
        fake.questions++
        return { response: fake.answer }
      },
    },
    ipcMain: {
      on: (channel: string, listener: (event: unknown) => void) => fake.listeners.set(channel, listener),
      handle: (channel: string, handler: (event: unknown) => unknown) => fake.handlers.set(channel, handler),
    },
    Menu: { buildFromTemplate: (template: unknown) => template, setApplicationMenu: () => undefined },
    MessageChannelMain: class {
      port1 = new FakePort()
      port2 = new FakePort()
    },
    nativeTheme: { shouldUseDarkColors: false },
    protocol: {
      registerSchemesAsPrivileged: (schemes: unknown[]) => {
        fake.app.calls.push('registerSchemes')
        fake.schemes.push(...schemes)
      },
      handle: (scheme: string) => fake.app.calls.push(`handle ${scheme}`),
    },
    session: {
      defaultSession: {
        setPermissionRequestHandler: (handler: Permission) => {
          fake.permissions.request = handler
        },
        setPermissionCheckHandler: (handler: PermissionCheck) => {
          fake.permissions.check = handler
        },
        setDevicePermissionHandler: (handler: () => boolean) => {
          fake.permissions.device = handler
        },
        webRequest: {
          onBeforeRequest: (filter: { urls: string[] }, listener: RequestListener) => {
            fake.requests = { filter: filter.urls, listener }
          },
        },
        setSpellCheckerEnabled: (enabled: boolean) => fake.app.calls.push(`spell checker ${enabled}`),
        setSpellCheckerLanguages: (languages: string[]) =>
          fake.app.calls.push(`spell checker languages ${JSON.stringify(languages)}`),
      },
    },
    shell: { openExternal: async (address: string) => void fake.opened.push(address) },
    utilityProcess: {
      fork: (module: string, _arguments: string[], { serviceName }: { serviceName: string }) => {
        const child = new FakeProcess(module, serviceName)
        fake.processes.push(child)
        return child
      },
    },
  }
  return Object.assign(fake, { modules: modules as unknown as Modules })
}
