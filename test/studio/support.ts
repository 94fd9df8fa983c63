/** A real host on a real SQLite file in a temporary folder, and a page's end of its port. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { MessageChannel } from 'node:worker_threads'
import { FileExchange } from '../../core/studio/file-exchange.ts'
import { decodeFrame, encodeFrame } from '../../core/studio/frames.ts'
import { type Host, type HostOptions, openHost } from '../../core/studio/host.ts'
import {
  type EventData,
  type EventName,
  events,
  type File,
  type Method,
  methods,
  type Params,
  type Result,
  type Table,
  type Upload,
  type WireError,
} from '../../core/studio/protocol.ts'
import { messagePort } from '../../core/studio/transports/message-port.ts'
import type { Port } from '../../core/train/port.ts'
import { rowsOf } from '../../renderer/client/table.ts'

/** What a page has: typed calls and events over one port. Every answer and event is checked by its schema here too. */
export class TestPage {
  /** All events so far, oldest first. */
  readonly seen: { event: EventName; data: unknown }[] = []
  readonly #port: Port
  readonly #pending = new Map<number, { resolve(result: unknown): void; reject(error: WireError): void }>()
  readonly #watchers = new Set<() => void>()
  #nextId = 1

  constructor(port: Port) {
    this.#port = port
    port.onMessage((bytes) => this.#receive(decodeFrame(bytes)))
  }

  call<M extends Method>(method: M, params: Params<M>): Promise<Result<M>> {
    const { promise, resolve, reject } = Promise.withResolvers<Result<M>>()
    const id = this.#nextId++
    this.#pending.set(id, {
      resolve: (result) => resolve(methods[method].result.parse(result) as Result<M>),
      reject,
    })
    this.#port.post(encodeFrame({ id, method, params }))
    return promise
  }

  /** As `call`, of a person who says yes to whatever is asked. */
  async consent<M extends Method>(method: M, params: Params<M>): Promise<Result<M>> {
    for (;;) {
      try {
        return await this.call(method, params)
      } catch (error) {
        const { asks } = error as WireError
        if (asks === undefined) throw error
        await this.call('environments.admit', { name: asks.name, sha256: asks.sha256 })
      }
    }
  }

  /** The error that a call is answered with. */
  async refusal<M extends Method>(method: M, params: Params<M>): Promise<WireError> {
    return this.call(method, params).then(
      () => Promise.reject(new Error(`${method} was not refused`)),
      (error: WireError) => error,
    )
  }

  /** The first event of this kind, past or to come, that meets the condition. */
  async event<E extends EventName>(
    name: E,
    condition: (data: EventData<E>) => boolean,
  ): Promise<EventData<E>> {
    for (;;) {
      const found = this.seen.find(({ event, data }) => event === name && condition(data as EventData<E>))
      if (found !== undefined) return found.data as EventData<E>
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#watchers.add(resolve)
      await promise
      this.#watchers.delete(resolve)
    }
  }

  close(): void {
    this.#port.close()
  }

  #receive(frame: unknown): void {
    const message = frame as {
      id?: number
      result?: unknown
      table?: Table
      error?: WireError
      event?: EventName
      data?: unknown
    }
    if (message.event !== undefined) {
      this.seen.push({ event: message.event, data: events[message.event].parse(message.data) })
      for (const watcher of this.#watchers) watcher()
      return
    }
    const pending = this.#pending.get(message.id!)
    this.#pending.delete(message.id!)
    if (message.error !== undefined) pending?.reject(message.error)
    else pending?.resolve(message.table === undefined ? message.result : rowsOf(message.table))
  }
}

export interface TestStudio {
  readonly directory: string
  readonly host: Host
  readonly page: TestPage
  readonly bugs: unknown[]
  /** Another page on the same host. */
  openPage(): TestPage
  /** Sends a file, as a page does over HTTP. */
  send(name: string, bytes: Uint8Array): Promise<Upload>
  /** The content of a file that a method answered with. */
  fetch(file: File): Promise<Buffer>
  /** Closes the host; the folder stays until `remove`. */
  close(): Promise<void>
  remove(): Promise<void>
}

export function temporaryDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'understudy-studio-'))
}

export async function openStudio(
  directory = temporaryDirectory(),
  options: Partial<HostOptions> = {},
): Promise<TestStudio> {
  const bugs: unknown[] = []
  const host = await openHost({
    dataDirectory: directory,
    shell: 'browser',
    onBug: (error) => bugs.push(error),
    ...options,
  })
  const openPage = () => {
    const { port1, port2 } = new MessageChannel()
    host.connect(messagePort(port1))
    return new TestPage(messagePort(port2))
  }
  const exchange = new FileExchange(directory)
  let closed = false
  const close = async () => {
    if (!closed) await host.close()
    closed = true
  }
  return {
    directory,
    host,
    page: openPage(),
    bugs,
    openPage,
    send: async (name, bytes) => ({
      name,
      id: await exchange.receive(Readable.from([bytes]), bytes.byteLength),
    }),
    fetch: async ({ id }) => {
      const file = await exchange.send(id)
      if (file === null) throw new Error('the file is gone')
      return Buffer.concat(await file.content.toArray())
    },
    close,
    remove: async () => {
      await close()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
