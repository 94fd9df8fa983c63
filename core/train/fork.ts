/** Starting the training process under Node and under Electron. */
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { startWatchdog } from '../remote/process-group.ts'
import { ipcPort, type Port, type UtilityEndpoint, utilityPort } from './port.ts'

export interface TrainingProcess {
  readonly port: Port
  readonly pid: number | undefined
  /** Ends it at once. */
  kill(): void
  /** Lets it go on without this process. @returns false, as where there is none, if it would end with this one */
  leave?(): boolean
  /** Called once; `errorOutput` is the end of what it wrote to stderr. */
  onExit(listener: (exit: { code: number | null; signal: string | null; errorOutput: string }) => void): void
}

export type ForkTraining = () => TrainingProcess

/** The module that a training process runs; beside this one, in the sources and in the build alike. */
export const TRAINING_MODULE = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? './process.ts' : './process.js', import.meta.url),
)

/** What a training process is given to write its last checkpoint once its owner was killed. */
const ORPHAN_SECONDS = 20

/** The default: `child_process.fork`. */
export function forkNode(orphanSeconds = ORPHAN_SECONDS): TrainingProcess {
  const watchdog = startWatchdog(orphanSeconds)
  const child = fork(TRAINING_MODULE, [], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    execArgv: [],
  })
  const errorOutput = tail(child.stderr)
  if (child.pid === undefined) watchdog.dismiss()
  else watchdog.watch(child.pid)
  child.once('exit', () => watchdog.dismiss())
  return {
    port: ipcPort(child),
    pid: child.pid,
    kill: () => child.kill('SIGKILL'),
    onExit: (listener) => {
      let exited = false
      const exit = (code: number | null, signal: string | null, message: string) => {
        if (!exited) listener({ code, signal, errorOutput: message })
        exited = true
      }
      child.once('close', (code, signal) => exit(code, signal, errorOutput()))
      child.once('error', (error) => exit(null, null, error.message))
    },
  }
}

/** What is used of Electron's `utilityProcess`, forked with `stdio: 'pipe'`. */
export interface UtilityProcess extends UtilityEndpoint {
  readonly pid: number | undefined
  readonly stderr: NodeJS.ReadableStream | null
}

/**
 * @param forkUtility  `(module) => utilityProcess.fork(module, [], { stdio: ['ignore', 'ignore', 'pipe'] })`
 */
export function forkElectron(forkUtility: (module: string) => UtilityProcess): ForkTraining {
  return () => {
    const child = forkUtility(TRAINING_MODULE)
    const errorOutput = tail(child.stderr)
    return {
      port: utilityPort(child),
      pid: child.pid,
      kill: () => {
        child.kill()
      },
      onExit: (listener) => {
        child.once('exit', (code) => listener({ code, signal: null, errorOutput: errorOutput() }))
      },
    }
  }
}

const TAIL_CHARACTERS = 4000

function tail(stream: NodeJS.ReadableStream | null): () => string {
  let text = ''
  stream?.setEncoding('utf8')
  stream?.on('data', (chunk: string) => {
    text = (text + chunk).slice(-TAIL_CHARACTERS)
  })
  return () => text.trim()
}
