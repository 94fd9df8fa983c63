/** What every subcommand is given: where the data lie, how to speak, when to stop. */
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { ensureBundledDemonstrations } from '../demos/bundled.ts'
import { askedOfPerson } from '../envs/index.ts'
import { printableJson, printableLine, printableText } from '../printable.ts'
import { defaultDataDirectory, type Library, openLibrary } from '../store/index.ts'

/** Every file of a subcommand exports a function of this type under the name `register`. */
export type Register = (program: Command, context: CliContext) => void

/** Options that are understood before and after every subcommand; no subcommand declares them again. */
export interface GlobalOptions {
  data?: string
  json?: boolean
  verbose?: boolean
  plugin?: string[]
  python?: string
}

/** Back to the first column, and what stands there is gone. */
const ERASED_LINE = '\r\x1b[2K'

export class CliContext {
  /** Aborted by Ctrl-C or SIGTERM; a second one ends the process at once. */
  readonly signal: AbortSignal
  readonly #program: Command
  readonly #abort = new AbortController()
  #library: Library | undefined
  #hasProgress = false
  #endsInOrder = false

  constructor(program: Command) {
    this.#program = program
    this.signal = this.#abort.signal
  }

  /** Whether output is for machines. */
  get json(): boolean {
    return this.#options.json ?? false
  }

  get verbose(): boolean {
    return this.#options.verbose ?? false
  }

  /** The interpreter that was named for environments in Python. */
  get python(): string | undefined {
    return this.#options.python
  }

  /** Files of `--plugin`, in their order. */
  get plugins(): readonly string[] {
    return this.#options.plugin ?? []
  }

  /** Absolute. */
  get dataDirectory(): string {
    return resolve(this.#options.data ?? defaultDataDirectory())
  }

  /** The library, open for writing, with the bundled demonstrations; closed when the command has ended. */
  library(): Library {
    if (this.#library === undefined) {
      this.#library = openLibrary(this.dataDirectory)
      ensureBundledDemonstrations(this.#library)
    }
    return this.#library
  }

  /** One line on standard output. */
  print(line: string): void {
    process.stdout.write(`${printableText(line)}\n`)
  }

  /** One JSON value per line on standard output. */
  printJson(value: unknown): void {
    process.stdout.write(`${printableJson(value)}\n`)
  }

  /** One line for people on standard error: progress, hints. */
  note(line: string): void {
    this.#showProgress('')
    process.stderr.write(`${printableText(line)}\n`)
  }

  /** Whether there is a person who sees a line that changes in place. */
  get showsProgress(): boolean {
    return !this.json && process.stderr.isTTY === true
  }

  /** A line that changes in place, below all others; nothing where nobody sees it, and '' takes it away. */
  progress(line: string): void {
    if (this.showsProgress) this.#showProgress(line)
  }

  /** Says what a person has to do now for this environment to be made, where that is anything. */
  noteAsked(environment: string, again = false): void {
    const asked = askedOfPerson(environment)
    if (asked !== null) this.note(`${environment}: ${asked}${again ? ' again, for the run itself' : ''}`)
  }

  /**
   * From now on Ctrl-C is answered in the command's own time, such as with a checkpoint, and a second one ends it at once.
   * Without, it ends soon whatever it is doing.
   */
  takeTimeToEnd(takes = true): void {
    this.#endsInOrder = takes
  }

  get endsInOrder(): boolean {
    return this.#endsInOrder
  }

  stop(reason: Error): void {
    this.#abort.abort(reason)
  }

  close(): void {
    this.#library?.close()
    this.#library = undefined
  }

  #showProgress(line: string): void {
    if (!this.#hasProgress && line === '') return
    this.#hasProgress = line !== ''
    process.stderr.write(`${ERASED_LINE}${printableLine(line).slice(0, (process.stderr.columns ?? 80) - 1)}`)
  }

  get #options(): GlobalOptions {
    return this.#program.opts<GlobalOptions>()
  }
}
