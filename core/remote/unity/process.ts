/** The process of a build: started, listened to, ended. */
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { UserError } from '../../errors.ts'
import { killGroup, spawnGroup } from '../process-group.ts'

export interface BuildOptions {
  readonly name: string
  readonly executable: string
  readonly port: number
  /** No window, no graphics card. */
  readonly noGraphics: boolean
}

const KEPT_CHARACTERS = 4_000
const SHOWN_LINES = 8
/** How long a build may take to end once it has been told. */
const END_MS = 3_000

export class BuildProcess {
  readonly #name: string
  readonly #child: ChildProcess
  readonly #folder: string
  #errors = ''
  #gone = false

  /**
   * @param onEnd  called with the reason when it ends before it was told to
   * @throws UserError when it cannot be started
   */
  static async start(options: BuildOptions, onEnd: (error: UserError) => void): Promise<BuildProcess> {
    const folder = mkdtempSync(join(tmpdir(), 'understudy-unity-'))
    const args = ['--mlagents-port', `${options.port}`, '-logFile', join(folder, 'Player.log')]
    if (options.noGraphics) args.unshift('-nographics', '-batchmode')
    const child = await spawnGroup(options.executable, args, {
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: process.platform !== 'win32',
    }).catch((cause) => {
      rmSync(folder, { recursive: true, force: true })
      throw new UserError(
        `${options.executable} cannot be started (${(cause as NodeJS.ErrnoException).code})`,
        { remedy: 'make the file executable: chmod +x', cause },
      )
    })
    return new BuildProcess(options.name, child, folder, onEnd)
  }

  private constructor(name: string, child: ChildProcess, folder: string, onEnd: (error: UserError) => void) {
    this.#name = name
    this.#child = child
    this.#folder = folder
    child.stderr!.on('data', (bytes: Buffer) => {
      this.#errors = (this.#errors + bytes.toString()).slice(-KEPT_CHARACTERS)
    })
    child.on('close', (code, signal) => {
      this.#gone = true
      onEnd(new UserError(`${this.#name} ended with ${signal ?? `exit code ${code}`}${this.lastWords()}`))
    })
  }

  /** The end of its log, else of what it wrote to standard error. */
  lastWords(): string {
    const lines = `${this.#log()}\n${this.#errors}`.split('\n').filter((line) => line.trim() !== '')
    return lines.length === 0 ? '' : `; its last words:\n${lines.slice(-SHOWN_LINES).join('\n')}`
  }

  /** Waits until it has ended by itself, and no longer than a few seconds. */
  async end(): Promise<void> {
    if (!this.#gone) {
      const closed = once(this.#child, 'close')
      const forced = setTimeout(() => killGroup(this.#child), END_MS)
      await closed
      clearTimeout(forced)
    }
    rmSync(this.#folder, { recursive: true, force: true })
  }

  #log(): string {
    try {
      return readFileSync(join(this.#folder, 'Player.log'), 'utf8').slice(-KEPT_CHARACTERS)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
      throw error
    }
  }
}
