/** The real studio as a child process on a library of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const launcher = fileURLToPath(new URL('../../bin/understudy.js', import.meta.url))
const START_MS = 60_000

export interface Studio {
  /** With the key that lets a page in. */
  readonly address: string
  readonly origin: string
  readonly directory: string
  /** Of the process. */
  readonly pid: number
  /** Ends it as Ctrl-C does; the library stays when `keep` is set. */
  stop(options?: { keep?: boolean }): Promise<void>
  /** Ends it without any warning. */
  kill(): Promise<void>
}

interface StudioOptions {
  /** A free one when left out. */
  readonly port?: number
  /** Stands in front of the programs of this machine; the browser is opened then. */
  readonly programs?: string
  /** File of a plugin. */
  readonly plugin?: string
}

/** @param directory  an existing library; a new one in the system's temporary folder when left out */
export async function startStudio(
  directory?: string,
  { port = 0, programs, plugin }: StudioOptions = {},
): Promise<Studio> {
  const data = directory ?? (await mkdtemp(join(tmpdir(), 'understudy-e2e-')))
  const child = spawn(
    process.execPath,
    [
      launcher,
      ...['studio', '--browser', '--port', String(port), '--data', data],
      ...(programs === undefined ? ['--no-open'] : []),
      ...(plugin === undefined ? [] : ['--plugin', plugin]),
    ],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        ...(programs !== undefined && { PATH: `${programs}:${process.env.PATH}`, DISPLAY: ':0' }),
      },
    },
  )
  const said: string[] = []
  const address = await readAddress(child, said)
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const exit = once(child, 'exit')
    child.kill(signal)
    await exit
  }
  return {
    address,
    origin: new URL(address).origin,
    directory: data,
    pid: child.pid!,
    stop: async ({ keep = false } = {}) => {
      await end('SIGINT')
      if (!keep) await rm(data, { recursive: true, force: true, maxRetries: 5 })
    },
    kill: () => end('SIGKILL'),
  }
}

function readAddress(child: ChildProcess, said: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string) => reject(new Error(`${reason}:\n${said.join('\n')}`))
    const timer = setTimeout(() => fail('the studio printed no address'), START_MS)
    const read = (line: string) => {
      said.push(line)
      const address = /http:\/\/127\.0\.0\.1:\d+\/#open=\w+/.exec(line)?.[0]
      if (address === undefined) return
      clearTimeout(timer)
      resolve(address)
    }
    createInterface({ input: child.stdout! }).on('line', read)
    createInterface({ input: child.stderr! }).on('line', read)
    child.once('exit', (code) => {
      clearTimeout(timer)
      fail(`the studio ended with exit code ${code}`)
    })
  })
}
