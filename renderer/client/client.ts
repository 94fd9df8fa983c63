/** The one line to the host: typed calls and events over a channel that is opened again whenever it is lost. */
import { Packr } from 'msgpackr/index-no-eval'
import type {
  Ask,
  EventData,
  EventName,
  Method,
  Params,
  Result,
  Table,
  WireError,
} from '../../core/studio/protocol.ts'
import { type Channel, openChannel } from './channel.ts'
import { HostError } from './host-error.ts'
import { onNewKey } from './session.ts'
import { rowsOf } from './table.ts'

/** 'lost' while it is tried again, 'refused' when this page has nothing that lets it in. */
export type ConnectionState = 'connecting' | 'open' | 'lost' | 'refused'

interface Pending {
  resolve(result: unknown): void
  reject(error: Error): void
}

interface Incoming {
  id?: number | null
  result?: unknown
  table?: Table
  error?: WireError
  event?: string
  data?: unknown
}

const packr = new Packr({ useRecords: false })
const FIRST_RETRY_MS = 300
const LAST_RETRY_MS = 5000

export class Client {
  #channel: Channel | undefined
  #state: ConnectionState = 'connecting'
  #retryMs = FIRST_RETRY_MS
  #nextId = 1
  readonly #pending = new Map<number, Pending>()
  readonly #unsent: { id: number; bytes: Uint8Array }[] = []
  readonly #listeners = new Map<string, Set<(data: never) => void>>()
  readonly #stateListeners = new Set<() => void>()
  #consents: (ask: Ask) => Promise<boolean> = () => Promise.resolve(false)
  /** By what is asked about. */
  readonly #asked = new Map<string, Promise<boolean>>()
  readonly #denied = new Set<string>()

  get state(): ConnectionState {
    return this.#state
  }

  open(): void {
    this.#channel = openChannel({
      onOpen: () => {
        this.#retryMs = FIRST_RETRY_MS
        for (const { bytes } of this.#unsent.splice(0)) this.#channel?.post(bytes)
        this.#setState('open')
      },
      onMessage: (bytes) => this.#receive(packr.unpack(bytes) as Incoming),
      onClose: () => this.#lost(),
      onRefused: () => this.#setState('refused'),
    })
  }

  /** Calls made while the line is down wait for it. Where the host asks before it runs something, the person answers first. */
  call<M extends Method>(method: M, params: Params<M>): Promise<Result<M>> {
    return this.#sendAllowed(method, params, () => true)
  }

  /** As `call`, of what a page reads by itself: to what the person has said no they are not asked again. */
  read<M extends Method>(method: M, params: Params<M>): Promise<Result<M>> {
    return this.#sendAllowed(method, params, (ask) => !this.#denied.has(keyOf(ask)))
  }

  /** @param consents  puts the question to the person. @returns the function that takes it away */
  onAsk(consents: (ask: Ask) => Promise<boolean>): () => void {
    this.#consents = consents
    return () => {
      this.#consents = () => Promise.resolve(false)
    }
  }

  async #sendAllowed<M extends Method>(
    method: M,
    params: Params<M>,
    mayAsk: (ask: Ask) => boolean,
  ): Promise<Result<M>> {
    for (;;) {
      try {
        return await this.#send(method, params)
      } catch (error) {
        const ask = error instanceof HostError ? error.asks : undefined
        if (ask === undefined || !mayAsk(ask) || !(await this.#allowed(ask))) throw error
      }
    }
  }

  /** Two who wait for the same ask once. */
  #allowed(ask: Ask): Promise<boolean> {
    const key = keyOf(ask)
    const asked = this.#asked.get(key) ?? this.#putToPerson(ask).finally(() => this.#asked.delete(key))
    this.#asked.set(key, asked)
    return asked
  }

  async #putToPerson(ask: Ask): Promise<boolean> {
    const yes = await this.#consents(ask)
    if (yes) await this.#send('environments.admit', { name: ask.name, sha256: ask.sha256 })
    else this.#denied.add(keyOf(ask))
    return yes
  }

  #send<M extends Method>(method: M, params: Params<M>): Promise<Result<M>> {
    const id = this.#nextId++
    const bytes = new Uint8Array(packr.pack({ id, method, params }))
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve: resolve as (result: unknown) => void, reject })
      if (this.#state === 'open') this.#channel?.post(bytes)
      else this.#unsent.push({ id, bytes })
    })
  }

  /** @returns the unsubscribe function */
  on<E extends EventName>(event: E, listener: (data: EventData<E>) => void): () => void {
    const set = this.#listeners.get(event) ?? new Set()
    this.#listeners.set(event, set)
    set.add(listener as (data: never) => void)
    return () => set.delete(listener as (data: never) => void)
  }

  onState(listener: () => void): () => void {
    this.#stateListeners.add(listener)
    return () => this.#stateListeners.delete(listener)
  }

  #receive(frame: Incoming): void {
    if (frame.event !== undefined) {
      for (const listener of this.#listeners.get(frame.event) ?? []) listener(frame.data as never)
      return
    }
    if (typeof frame.id !== 'number') return
    const pending = this.#pending.get(frame.id)
    this.#pending.delete(frame.id)
    if (frame.table !== undefined) pending?.resolve(rowsOf(frame.table))
    else if (frame.error === undefined) pending?.resolve(frame.result)
    else pending?.reject(new HostError(frame.error))
  }

  #lost(): void {
    this.#setState('lost')
    const waiting = new Set(this.#unsent.map(({ id }) => id))
    for (const [id, pending] of this.#pending) {
      // What was sent may or may not have been done; only what never left waits for the next line.
      if (waiting.has(id)) continue
      this.#pending.delete(id)
      pending.reject(
        new HostError({ kind: 'connection', message: 'The connection to the studio was lost', remedy: null }),
      )
    }
    setTimeout(() => this.open(), this.#retryMs)
    this.#retryMs = Math.min(this.#retryMs * 2, LAST_RETRY_MS)
  }

  #setState(state: ConnectionState): void {
    if (state === this.#state) return
    this.#state = state
    for (const listener of this.#stateListeners) listener()
  }
}

function keyOf({ name, sha256 }: Ask): string {
  return JSON.stringify([name, sha256])
}

export const client = new Client()

onNewKey(() => {
  if (client.state === 'refused') client.open()
})
