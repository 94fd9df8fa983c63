/**
 * The back end of the studio: owns the library, plays environments, supervises trainers. Pages come and go; each
 * brings a Port. It knows of no transport and of no shell.
 */
import { askMemory, PersonMemory } from '../admission/index.ts'
import { ensureBundledDemonstrations } from '../demos/index.ts'
import { environmentSpecs } from '../envs/index.ts'
import { UserError } from '../errors.ts'
import '../remote/index.ts'
import { type Library, openLibrary, type StudioLock } from '../store/index.ts'
import type { ForkTraining, Port } from '../train/index.ts'
import { Asks } from './asks.ts'
import type { HostContext } from './context.ts'
import { type Handlers, serve } from './dispatch.ts'
import { FileExchange } from './file-exchange.ts'
import { encodeFrame } from './frames.ts'
import { agentHandlers } from './handlers/agents.ts'
import { clusterHandlers } from './handlers/clusters.ts'
import { compareHandlers } from './handlers/compare.ts'
import { demonstrationHandlers } from './handlers/demonstrations.ts'
import { importedHandlers } from './handlers/imported.ts'
import { libraryHandlers } from './handlers/library.ts'
import { playHandlers } from './handlers/play.ts'
import { pythonHandlers } from './handlers/python.ts'
import { runHandlers } from './handlers/runs.ts'
import { storageHandlers } from './handlers/storage.ts'
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
  /** Told which runs are training that end with this host, whenever that changes. */
  readonly onActiveRuns?: (ids: string[]) => void
}

export interface Host {
  /** Serves a page until its port closes. */
  connect(port: Port): void
  /** Tells a second studio on the same library where this one is. */
  announce(address: string): void
  /** Names of the runs that are training now and end with this host; those on clusters go on. */
  activeRuns(): string[]
  /** Names of those that go on without this host. */
  lastingRuns(): string[]
  /** Rejects with a UserError when another studio has opened the library while this process slept: it is to be closed then. */
  readonly lost: Promise<never>
  /** Stops active runs with a checkpoint, leaves those on clusters alone, puts open recordings away, closes the library. */
  close(): Promise<void>
}

/** @throws UserError when another studio has the library open or it cannot be written; DataError when it is damaged */
export async function openHost(options: HostOptions): Promise<Host> {
  const library = openLibrary(options.dataDirectory)
  try {
    return await start(options, library)
  } catch (error) {
    library.close()
    throw error
  }
}

async function start(options: HostOptions, library: Library): Promise<Host> {
  const lock = await library.lockStudio()
  ensureBundledDemonstrations(library)
  const memory = new PersonMemory()
  askMemory(memory)
  const asks = new Asks(memory)
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
    asks,
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
    ...pythonHandlers(),
    ...storageHandlers(context),
    ...clusterHandlers(context),
  }
  runs.rejoin()
  const { promise: lost, reject } = Promise.withResolvers<never>()
  // Whoever opened the host hears of it; it need not be waited for.
  lost.catch(() => {})
  const timer = watchLibrary(context, lock, reject)
  return {
    lost,
    connect: (port) => {
      ports.add(port)
      port.onClose(() => ports.delete(port))
      serve(port, handlers, options.onBug, asks.tell)
    },
    activeRuns: () => runs.activeIds(),
    lastingRuns: () => runs.lastingIds(),
    announce: (address) => lock.setAddress(address),
    close: async () => {
      clearInterval(timer)
      context.tasks.cancelAll()
      play.closeSessions()
      await runs.close()
      for (const port of ports) port.close()
      stopCleaning()
      lock.release()
      library.close()
    },
  }
}

/** What the command line does to the library shows in the studio too. */
function watchLibrary(
  { library, emit }: HostContext,
  lock: StudioLock,
  onLost: (error: UserError) => void,
): NodeJS.Timeout {
  let seen = library.externalVersion()
  return setInterval(() => {
    const now = library.externalVersion()
    if (now === seen) return
    seen = now
    if (!lock.held()) onLost(TAKEN_OVER)
    emit('library.changed', { what: 'demonstrations' })
    emit('library.changed', { what: 'runs' })
    emit('library.changed', { what: 'agents' })
  }, externalChangeMs).unref()
}

const TAKEN_OVER = new UserError('another studio opened this library while this one was asleep', {
  remedy: 'use that one, or close it and start this one again',
})
