/** What every subcommand is given: where the data lie, how to speak, when to stop. */
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { admit, askMemory, type Code, PersonMemory, type Subject } from '../admission/index.ts'
import { ensureBundledDemonstrations } from '../demos/bundled.ts'
import { askedOfPerson, environmentCode, environmentSubject, type ParameterValue } from '../envs/index.ts'
import { UserError } from '../errors.ts'
import { refuseForeignPath } from '../paths.ts'
import { pluginCode, pluginSubject } from '../plugins.ts'
import { printableJson, printableLine, printableText } from '../printable.ts'
import {
  defaultDataDirectory,
  hasLibrary,
  type Library,
  openLibrary,
  openLibraryInMemory,
  type ReadableLibrary,
} from '../store/index.ts'

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
  readonly #memory = new PersonMemory()
  readonly #said = new Set<string>()
  #library: Library | undefined
  #read: ReadableLibrary | undefined
  #hasProgress = false
  #endsInOrder = false

  constructor(program: Command) {
    this.#program = program
    this.signal = this.#abort.signal
    askMemory(this.#memory)
  }

  /** What this person has admitted, here or before. */
  get memory(): PersonMemory {
    return this.#memory
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

  /**
   * The library for a command that only looks: nothing is written, so that it works on a full disk and in what belongs to
   * another. Where there is none yet, what it would begin with.
   */
  libraryToRead(): ReadableLibrary {
    return this.#library ?? (this.#read ??= this.#openToRead())
  }

  /** The library, or undefined where it cannot be written to: for what is better kept, but no reason to fail. */
  libraryIfWritable(): Library | undefined {
    try {
      return this.library()
    } catch (error) {
      if (error instanceof UserError) return undefined
      throw error
    }
  }

  #openToRead(): ReadableLibrary {
    if (hasLibrary(this.dataDirectory)) return openLibrary(this.dataDirectory, { readonly: true })
    const library = openLibraryInMemory(this.dataDirectory)
    ensureBundledDemonstrations(library)
    return library
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

  /**
   * The environment was named by a flag or in a file that was: it may be made, now and whenever the library names it. Says what
   * that starts, and what the person has to do for it.
   * @throws UserError when there is none of the name
   */
  admit(id: string, parameters: Readonly<Record<string, ParameterValue>> = {}): void {
    const subject = environmentSubject(id, parameters)
    if (subject !== null) this.#take(subject, environmentCode(id), true)
    this.noteAsked(id)
  }

  /** As `admit`, of plugins. @param say  whether they are told of: not where the person has just typed their names */
  admitPlugins(files: readonly string[], say: boolean): void {
    for (const file of files) {
      refuseForeignPath(file, 'the plugin')
      // Of one that is not there, whoever loads it will say so.
      this.#take(pluginSubject(file), pluginCode(file), say)
    }
  }

  #take(subject: Subject, code: Code, say: boolean): void {
    if (this.#said.has(subject.name)) return
    this.#said.add(subject.name)
    admit(subject)
    if (say) this.note(`${subject.kind === 'plugin' ? 'the configuration' : subject.name} ${code.does}`)
    try {
      this.#memory.remember(subject, code)
    } catch (error) {
      // It can be made all the same; only the next command will have to be told again.
      if (!(error instanceof UserError)) throw error
      this.note(error.message)
    }
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
    this.#read?.close()
    this.#library?.close()
    this.#read = undefined
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
