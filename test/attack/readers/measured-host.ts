/** The owner of host.ts: a page that is connected to it, and what it measures. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface, type Interface } from 'node:readline'
import { Readable } from 'node:stream'
import { FileExchange } from '../../../core/studio/file-exchange.ts'
import type { Upload } from '../../../core/studio/protocol.ts'
import { ipcPort } from '../../../core/train/port.ts'
import { TestPage } from '../../studio/support.ts'
import type { Measured } from './host.ts'

export class MeasuredHost {
  readonly page: TestPage
  readonly #child: ChildProcess
  readonly #lines: Interface
  readonly #exchange: FileExchange

  private constructor(child: ChildProcess, lines: Interface, folder: string) {
    this.#child = child
    this.#exchange = new FileExchange(folder)
    this.#lines = lines
    this.page = new TestPage(ipcPort(child))
  }

  static async open(folder: string): Promise<MeasuredHost> {
    const child = fork(join(import.meta.dirname, 'host.ts'), [folder], {
      serialization: 'advanced',
      stdio: ['pipe', 'pipe', 'inherit', 'ipc'],
      execArgv: [],
      env: { ...process.env, NODE_OPTIONS: '' },
    })
    const lines = createInterface({ input: child.stdout! })
    await once(lines, 'line')
    return new MeasuredHost(child, lines, folder)
  }

  /** Sends a file, as a page does over HTTP. */
  async send(name: string, bytes: Uint8Array): Promise<Upload> {
    return { name, id: await this.#exchange.receive(Readable.from([bytes]), bytes.byteLength) }
  }

  async during<T>(work: () => Promise<T>): Promise<Measured & { result: T; childSeconds: number }> {
    const before = this.#childSeconds()
    this.#child.stdin!.write('begin\n')
    const result = await work()
    const line = once(this.#lines, 'line')
    this.#child.stdin!.write('end\n')
    const [text] = (await line) as [string]
    return { result, childSeconds: this.#childSeconds() - before, ...(JSON.parse(text) as Measured) }
  }

  close(): void {
    this.page.close()
    this.#child.kill()
  }

  /** Processor time of the processes that the host has started, ended ones included; where /proc tells it. */
  #childSeconds(): number {
    const { pid } = this.#child
    try {
      const own = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')
      const living = own
        .filter(Boolean)
        .map((child) => ticks(child))
        .reduce((sum, { user, system }) => sum + user + system, 0)
      const { endedUser, endedSystem } = ticks(`${pid}`)
      return (living + endedUser + endedSystem) / 100
    } catch {
      return Number.NaN
    }
  }
}

function ticks(pid: string) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ').map(Number)
  const [user, system, endedUser, endedSystem] = fields.slice(11, 15) as [number, number, number, number]
  return { user, system, endedUser, endedSystem }
}
