/** One thing that a program of others must accept, or must give us, and what a check of it has at hand. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { runCommand } from './command.ts'
import type { EnvironmentName } from './environments.ts'
import { type Block, blocksUnder } from './page.ts'

const root = join(import.meta.dirname, '../..')

export interface InteropCheck {
  /** As it is named on the command line: 'numpy-npz'. */
  readonly name: string
  /** What is checked, as the transcript has it: 'NPZ, written and read'. */
  readonly row: string
  /** Where its Python runs; the tier of the environment is that of the check. */
  readonly venv: EnvironmentName
  /** The packages whose versions the transcript names: the real readers and clients. */
  readonly packages: readonly string[]
  /** Time limit; by default 180 in a light environment and 900 in a heavy one. */
  readonly seconds?: number
  /** @returns what was compared, with figures, for the transcript */
  run(context: CheckContext): Promise<string>
}

export class CheckFailure extends Error {}

/** Every command runs in the temporary folder, which is also the home directory, on a library of its own. */
export class CheckContext {
  /** Temporary; gone after the check. */
  readonly folder: string
  /** Aborted when the time of the check is up: for processes that a check starts itself. */
  readonly signal: AbortSignal
  readonly env: NodeJS.ProcessEnv
  readonly #programs: string
  #log = ''

  /** @param programs  folder of the programs of the Python environment */
  constructor(folder: string, programs: string, signal: AbortSignal) {
    this.folder = folder
    this.signal = signal
    this.#programs = programs
    const shims = join(folder, '.bin')
    mkdirSync(shims)
    const script = `#!/bin/sh\nexec '${process.execPath}' '${join(root, 'bin/understudy.js')}' "$@"\n`
    writeFileSync(join(shims, 'understudy'), script, { mode: 0o755 })
    this.env = {
      ...process.env,
      HOME: folder,
      PATH: [shims, programs, dirname(process.execPath), process.env.PATH].join(delimiter),
      UNDERSTUDY_DATA: join(folder, 'library'),
      UNDERSTUDY_CONFIG: join(folder, 'config'),
      PYTHONDONTWRITEBYTECODE: '1',
      // Some programs put an output of their own before the real one and lose what has not been written when they end.
      PYTHONUNBUFFERED: '1',
      // ONNX Runtime tells its maker what it runs otherwise.
      ORT_DISABLE_TELEMETRY: '1',
    }
  }

  /** All that was run, with what it printed. */
  get log(): string {
    return this.#log
  }

  /** The interpreter, for what a check starts itself. */
  get interpreter(): string {
    return join(this.#programs, 'python')
  }

  /** Runs test/interop/python/`script`; the last line that it prints is JSON. */
  async python<T = unknown>(script: string, args: readonly string[] = []): Promise<T> {
    const out = await this.execute(this.interpreter, [join(import.meta.dirname, 'python', script), ...args])
    const last = out.trimEnd().split('\n').at(-1) ?? ''
    try {
      return JSON.parse(last) as T
    } catch {
      return this.fail(`the last line that ${script} printed is no JSON: ${last.slice(0, 200)}`)
    }
  }

  /** Runs the real command. @returns what it printed */
  understudy(args: readonly string[]): Promise<string> {
    return this.execute(process.execPath, [join(root, 'bin/understudy.js'), ...args])
  }

  /** @returns the JSON values that a command prints, one per line */
  async understudyJson<T = Record<string, unknown>>(args: readonly string[]): Promise<T[]> {
    const out = await this.understudy([...args, '--json'])
    return out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as T)
  }

  /**
   * Runs what stands under a heading of docs/guide/interop.md as a reader would: the blocks `sh` and `python`, in order.
   * @returns what each of them printed
   */
  async runPage(heading: string): Promise<string[]> {
    const printed: string[] = []
    for (const block of this.page(heading)) {
      if (block.language === 'sh')
        printed.push(await this.execute('bash', ['-euo', 'pipefail', '-c', block.code]))
      if (block.language === 'python') printed.push(await this.execute(this.interpreter, ['-c', block.code]))
    }
    if (printed.length === 0) this.fail(`there is nothing to run under "${heading}"`)
    return printed
  }

  /** The fenced blocks under a heading of docs/guide/interop.md. */
  page(heading: string): Block[] {
    return blocksUnder(heading)
  }

  /** @returns what it printed; anything but exit code 0 fails the check */
  async execute(program: string, args: readonly string[]): Promise<string> {
    this.#log += `$ ${[program, ...args].join(' ')}\n`
    const { code, out, err } = await runCommand(program, args, {
      cwd: this.folder,
      env: this.env,
      signal: this.signal,
    })
    this.#log += shortened(out) + shortened(err)
    return code === 0 ? out : this.fail(`${[program, ...args].join(' ')} ended with ${code}`)
  }

  fail(message: string): never {
    throw new CheckFailure(message)
  }

  /** Fails unless both are the same as JSON. */
  expectEqual(what: string, found: unknown, expected: unknown): void {
    const [a, b] = [JSON.stringify(found), JSON.stringify(expected)]
    if (a !== b) this.fail(`${what}: expected ${b}, found ${a}`)
  }
}

/** A program that prints thousands of lines must not hide what the others said. */
function shortened(text: string): string {
  return text.length > 1500 ? `${text.slice(0, 300)}\n...\n${text.slice(-1200)}` : text
}
