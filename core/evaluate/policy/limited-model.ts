/**
 * An ONNX model that was made anywhere, in a limited process of its own. One that has not been asked for a while gives its
 * memory back, and is opened again when it is asked.
 */
import { statSync } from 'node:fs'
import { besides } from '../../besides.ts'
import { DataError, UserError } from '../../errors.ts'
import { type Limits, Sandbox, SandboxEndError } from '../../sandbox/sandbox.ts'
import { explainSystemError } from '../../system-errors.ts'
import type { Model, ModelArray } from '../../tensor/runtimes/onnxruntime.ts'
import type { Opened, Run } from './model-calls.ts'
import { MOST_POLICY_BYTES, type PolicySource, tooLarge } from './policy-file.ts'

const IDLE_MS = 10_000
const MEGABYTE = 2 ** 20
/** What is held of a policy: the file, its weights as the engine lays them out, and what it computes. */
const BYTES = 256 * MEGABYTE
const BYTES_PER_BYTE = 4
const OPEN_SECONDS = 1
const OPEN_SECONDS_PER_BYTE = 0.02 / MEGABYTE
const RUN_SECONDS = 1
/** A convolutional network that looks at a large picture takes about a tenth of it. */
const RUN_SECONDS_PER_ROW = 0.05

export class LimitedModel implements Model {
  readonly summary: Opened['summary']
  readonly inputs: Opened['inputs']
  readonly outputs: Opened['outputs']
  readonly #source: PolicySource
  readonly #size: number
  #sandbox: Sandbox | null
  #idle: NodeJS.Timeout | undefined

  /**
   * @throws DataError when it is no ONNX model, damaged, or takes more than a policy is given; UserError when it cannot be
   *   run here
   */
  static async open(source: PolicySource): Promise<LimitedModel> {
    const size = sizeOf(source)
    if (size > MOST_POLICY_BYTES) throw tooLarge(source.name, size)
    const sandbox = start()
    try {
      return new LimitedModel(source, size, sandbox, await openIn(sandbox, source, size))
    } catch (error) {
      sandbox.close()
      throw error
    }
  }

  private constructor(source: PolicySource, size: number, sandbox: Sandbox, opened: Opened) {
    this.#source = source
    this.#size = size
    this.#sandbox = sandbox
    this.summary = opened.summary
    this.inputs = opened.inputs
    this.outputs = opened.outputs
    this.#rest()
  }

  async run(
    feeds: Readonly<Record<string, ModelArray>>,
    fetch?: readonly string[],
  ): Promise<Record<string, ModelArray>> {
    const rows = Math.max(1, ...Object.values(feeds).map(({ dims }) => dims[0] ?? 1))
    const limits = limitsFor(this.#size, RUN_SECONDS + rows * RUN_SECONDS_PER_ROW)
    return this.#call('run', { feeds, fetch } satisfies Run, limits)
  }

  /** The file with all its weights within, in pieces. */
  async content(): Promise<Uint8Array[]> {
    const parts: Uint8Array[] = []
    await this.#call('content', null, limitsFor(this.#size, OPEN_SECONDS), (part: Uint8Array) =>
      parts.push(part),
    )
    return parts
  }

  async release(): Promise<void> {
    clearTimeout(this.#idle)
    this.#sandbox?.close()
    this.#sandbox = null
  }

  async #call<Result>(
    name: string,
    argument: unknown,
    limits: Limits,
    onPart?: (part: Uint8Array) => void,
  ): Promise<Result> {
    clearTimeout(this.#idle)
    const sandbox = this.#sandbox ?? (await this.#openAgain())
    try {
      return await sandbox.call<Result>(name, argument, {
        limits,
        ...(onPart === undefined ? {} : { onPart }),
      })
    } catch (error) {
      if (!(error instanceof SandboxEndError)) throw error
      throw new UserError(`the policy ${this.#source.name} ${error.message}`, {
        remedy: 'choose another policy: a game cannot wait for this one',
        cause: error,
      })
    } finally {
      this.#rest()
    }
  }

  async #openAgain(): Promise<Sandbox> {
    const sandbox = start()
    this.#sandbox = sandbox
    await openIn(sandbox, this.#source, this.#size)
    return sandbox
  }

  #rest(): void {
    clearTimeout(this.#idle)
    this.#idle = setTimeout(() => void this.release(), IDLE_MS).unref()
  }
}

function start(): Sandbox {
  return new Sandbox({ module: besides(import.meta.url, 'model-calls') })
}

async function openIn(sandbox: Sandbox, source: PolicySource, size: number): Promise<Opened> {
  const limits = limitsFor(size, OPEN_SECONDS + size * OPEN_SECONDS_PER_BYTE)
  try {
    return await sandbox.call<Opened>('open', source, { limits })
  } catch (error) {
    if (!(error instanceof SandboxEndError)) throw error
    const expected = 'a policy that can be opened'
    throw new DataError({ file: source.name, place: 'model', expected, found: `one that ${error.message}` })
  }
}

function limitsFor(size: number, seconds: number): Limits {
  return { seconds, bytes: BYTES + BYTES_PER_BYTE * size }
}

/** Of the files that are named. */
function sizeOf(source: PolicySource): number {
  if (!('path' in source)) return source.bytes.length
  const size = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0
  try {
    return [...(source.beside?.values() ?? [])].reduce((sum, path) => sum + size(path), size(source.path))
  } catch (error) {
    throw explainSystemError(error, `${source.name} cannot be read`, { usage: true })
  }
}
