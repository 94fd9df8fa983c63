/**
 * The back end of the studio: owns the library, plays environments, supervises trainers. Pages come and go; each
 * brings a Port. It knows of no transport and of no shell.
 */
import { ensureBundledDemonstrations } from '../demos/index.ts'
import { environmentSpecs } from '../envs/index.ts'
import '../remote/index.ts'
import { lockStudio, openLibrary, type StudioLock } from '../store/index.ts'
import type { ForkTraining, Port } from '../train/index.ts'
import type { HostContext } from './context.ts'
import { type Handlers, serve } from './dispatch.ts'
import { FileExchange } from './file-exchange.ts'
import { encodeFrame } from './frames.ts'
import { agentHandlers } from './handlers/agents.ts'
import { compareHandlers } from './handlers/compare.ts'
import { demonstrationHandlers } from './handlers/demonstrations.ts'
import { importedHandlers } from './handlers/imported.ts'
import { libraryHandlers } from './handlers/library.ts'
import { playHandlers } from './handlers/play.ts'
import { runHandlers } from './handlers/runs.ts'
import { trainingHandlers } from './handlers/training.ts'
import { Policies } from './policies.ts'
import { events } from './protocol.ts'
import { RunDesk } from './run-desk.ts'
import { Tasks } from './tasks.ts'
import { packageVersion } from './version.ts'

/** How often the library is asked whether another process (the command line) has changed it. */
const externalChangeMs = 2_000

export interface HostOptions {
  readonly dataDirectory: string
  readonly shell: 'browser' | 'desktop'
  /** Told of every error that is no fault of the user's, with its stack. */
  readonly onBug: (error: unknown) => void
  /** How a training process is started; `child_process.fork` when absent. */
  readonly fork?: ForkTraining
  /** Told which runs are training whenever that changes. */
  readonly onActiveRuns?: (ids: string[]) => void
}

export interface Host {
  /** Serves a page until its port closes. */
  connect(port: Port): void
  /** Tells a second studio on the same library where this one is. */
  announce(address: string): void
  /** Names of the runs that are training now. */
  activeRuns(): string[]
  /** Stops active runs with a checkpoint, puts open recordings away, closes the library. */
  close(): Promise<void>
}

/** @throws UserError when another studio has the library open or it cannot be written; DataError when it is damaged */
export async function openHost(options: HostOptions): Promise<Host> {
  const lock = lockStudio(options.dataDirectory)
  try {
    return await start(options, lock)
  } catch (error) {
    lock.release()
    throw error
  }
}

async function start(options: HostOptions, lock: StudioLock): Promise<Host> {
  const library = openLibrary(options.dataDirectory)
  ensureBundledDemonstrations(library)
  const ports = new Set<Port>()
  const files = new FileExchange(options.dataDirectory)
  const stopCleaning = files.keepClean()
  const context: HostContext = {
    library,
    specs: new Map(environmentSpecs().map((spec) => [spec.id, spec])),
    shell: options.shell,
    version: packageVersion(),
    get runs() {
      return runs
    },
    policies: new Policies(),
    files,
    tasks: new Tasks((progress) => context.emit('task.progress', progress)),
    emit: (event, data) => {
      const frame = encodeFrame({ event, data: events[event].parse(data) })
      for (const port of ports) port.post(frame)
    },
  }
  const runs = new RunDesk(context, options.fork, options.onActiveRuns ?? (() => undefined))
  await runs.recover()
  const play = playHandlers(context)
  const handlers: Handlers = {
    ...libraryHandlers(context),
    ...play,
    ...demonstrationHandlers(context),
    ...trainingHandlers(context),
    ...runHandlers(context),
    ...compareHandlers(context),
    ...agentHandlers(context),
    ...importedHandlers(context),
  }
  const timer = watchLibrary(context)
  return {
    connect: (port) => {
      ports.add(port)
      port.onClose(() => ports.delete(port))
      serve(port, handlers, options.onBug)
    },
    activeRuns: () => runs.activeIds(),
    announce: (address) => lock.setAddress(address),
    close: async () => {
      clearInterval(timer)
      context.tasks.cancelAll()
      play.closeSessions()
      await runs.close()
      for (const port of ports) port.close()
      stopCleaning()
      library.close()
      lock.release()
    },
  }
}

/** What the command line does to the library shows in the studio too. */
function watchLibrary({ library, emit }: HostContext): NodeJS.Timeout {
  let seen = library.externalVersion()
  return setInterval(() => {
    const now = library.externalVersion()
    if (now === seen) return
    seen = now
    emit('library.changed', { what: 'demonstrations' })
    emit('library.changed', { what: 'runs' })
    emit('library.changed', { what: 'agents' })
  }, externalChangeMs).unref()
}
