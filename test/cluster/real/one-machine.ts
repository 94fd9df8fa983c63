/** This machine in the place of several, where no others can be made: all of them are at its loopback address. */
import { spawn, spawnSync } from 'node:child_process'
import { clearProcesses, type Network, type Process, type Ran, ranToEnd, readProcesses } from './machines.ts'

export class OneMachine implements Network {
  readonly #folder: string

  /** @param folder  that everything which is started names, as Ray's processes name the folder of their session */
  constructor(folder: string) {
    this.#folder = folder
  }

  address(): string {
    return '127.0.0.1'
  }

  start(_name: string, command: readonly string[], env: NodeJS.ProcessEnv) {
    const [program, ...args] = command
    return spawn(program!, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  }

  run(name: string, command: readonly string[], env: NodeJS.ProcessEnv): Promise<Ran> {
    return ranToEnd(this.start(name, command, env))
  }

  processes(): Process[] {
    const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,args='], { encoding: 'utf8' })
    return readProcesses(stdout).filter(({ command }) => command.includes(this.#folder))
  }

  clear(): Promise<void> {
    return clearProcesses(() => this.processes())
  }

  async close(): Promise<void> {
    await this.clear()
  }

  cut(): never {
    throw new Error('this machine has no cable to itself')
  }

  mend(): void {}
}
