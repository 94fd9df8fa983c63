/** The studio's server in this process, behind it a real host, as the browser shell puts them together. */
import { execFile } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { promisify } from 'node:util'
import { FileExchange, type FileExchangeOptions } from '../../../core/studio/file-exchange.ts'
import { type Listening, type ListenOptions, listen } from '../../../core/studio/transports/server.ts'
import { openStudio, type TestStudio } from '../../studio/support.ts'

export const secret = '5e'.repeat(32)

export interface Served {
  readonly studio: TestStudio
  readonly server: Listening
  close(): Promise<void>
}

export async function serveStudio(
  options: Partial<ListenOptions> = {},
  files: FileExchangeOptions = {},
): Promise<Served> {
  const studio = await openStudio()
  const pageDirectory = join(studio.directory, 'page')
  mkdirSync(pageDirectory)
  writeFileSync(join(pageDirectory, 'index.html'), '<!doctype html>\n<html>\n<head>\n</head>\n</html>\n')
  const server = await listen({
    host: '127.0.0.1',
    port: 0,
    allowedHosts: [],
    secret,
    pageDirectory,
    exchange: new FileExchange(studio.directory, files),
    connect: (port) => studio.host.connect(port),
    ...options,
  })
  const close = async () => {
    await server.close()
    await studio.remove()
  }
  return { studio, server, close }
}

/** Runs `work` and tells how long the loop stood still at most, and by how much the memory grew. */
export async function measured<T>(
  work: () => Promise<T>,
): Promise<{ result: T; stillMs: number; grownMiB: number }> {
  const delays = monitorEventLoopDelay({ resolution: 5 })
  const before = process.memoryUsage().rss
  let most = before
  const timer = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss)
  }, 10)
  delays.enable()
  try {
    const result = await work()
    return { result, stillMs: delays.max / 1e6, grownMiB: (most - before) / 2 ** 20 }
  } finally {
    delays.disable()
    clearInterval(timer)
  }
}

/** Runs client.ts beside this folder's tests. @returns what it prints */
export async function runClient({ server }: Served, what: 'frame' | 'file', bytes: number): Promise<string> {
  const script = join(import.meta.dirname, 'client.ts')
  const args = [script, server.origin, secret, what, String(bytes)]
  return (await promisify(execFile)(process.execPath, args)).stdout
}
