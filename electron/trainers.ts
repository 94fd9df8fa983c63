/** Training processes: utility processes too, since only the main process may start them. It passes their messages on. */
import type { UtilityProcess } from 'electron'
import type { RelayReply, RelayRequest } from '../core/studio/relayed-fork.ts'

/** After its farewell a training process has this long to write a checkpoint. */
const farewellMs = 20_000
const tailCharacters = 4_000

interface Trainer {
  readonly process: UtilityProcess
  readonly farewell: Uint8Array
  readonly ended: Promise<void>
}

export class TrainerProcesses {
  readonly #fork: (module: string, serviceName: string) => UtilityProcess
  readonly #reply: (reply: RelayReply) => void
  readonly #running = new Map<number, Trainer>()
  /** Told to end by `dismiss`; the host that knew them by number is gone. */
  readonly #dismissed = new Set<Trainer>()

  constructor(
    fork: (module: string, serviceName: string) => UtilityProcess,
    reply: (reply: RelayReply) => void,
  ) {
    this.#fork = fork
    this.#reply = reply
  }

  receive(request: RelayRequest): void {
    switch (request.kind) {
      case 'fork':
        this.#start(request.id, request.module, request.farewell)
        break
      case 'to-trainer':
        this.#running.get(request.id)?.process.postMessage(request.bytes)
        break
      case 'kill':
        this.#running.get(request.id)?.process.kill()
        break
    }
  }

  /** Asks all to write a checkpoint and end, because nobody listens to them any more. */
  dismiss(): void {
    for (const trainer of this.#running.values()) {
      trainer.process.postMessage(trainer.farewell)
      this.#dismissed.add(trainer)
      const timer = setTimeout(() => trainer.process.kill(), farewellMs)
      trainer.ended.then(() => {
        clearTimeout(timer)
        this.#dismissed.delete(trainer)
      })
    }
    this.#running.clear()
  }

  /** Resolves when all have ended. */
  async close(): Promise<void> {
    this.dismiss()
    await Promise.all([...this.#dismissed].map(({ ended }) => ended))
  }

  #start(id: number, module: string, farewell: Uint8Array): void {
    const child = this.#fork(module, 'Understudy trainer')
    const { promise: ended, resolve } = Promise.withResolvers<void>()
    this.#running.set(id, { process: child, farewell, ended })
    let errorOutput = ''
    child.stderr?.on('data', (chunk) => {
      errorOutput = (errorOutput + chunk).slice(-tailCharacters)
    })
    child.on('message', (bytes: Uint8Array) => {
      if (this.#running.get(id)?.process === child) this.#reply({ kind: 'from-trainer', id, bytes })
    })
    child.once('exit', (code) => {
      if (this.#running.get(id)?.process === child) {
        this.#running.delete(id)
        this.#reply({ kind: 'trainer-exit', id, code, errorOutput: errorOutput.trim() })
      }
      resolve()
    })
  }
}
