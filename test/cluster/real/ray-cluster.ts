/** A real Ray cluster on machines of machines.ts, which asks for a token, and the command that trains on it. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { UNDERSTUDY } from '../../cli/support.ts'
import { endProcess, type Network, type Process, type Ran } from './machines.ts'

const STORE_BYTES = 100 * 2 ** 20
const [PORT, DASHBOARD] = [6399, 8265]

export const HEAD = 'head'
export const CLIENT = 'client'
/** CPUs of each node beside the head. */
export const WORKERS = 4

const OURS = /program\/node .*\/(job|env-worker)\./

export class RayCluster {
  readonly machines: Network
  readonly folder: string
  readonly tokenFile: string
  readonly #programs: string
  readonly #env: NodeJS.ProcessEnv

  /**
   * @param folder    of its own
   * @param programs  the folder of the Python environment's programs
   */
  constructor(machines: Network, folder: string, programs: string) {
    this.machines = machines
    this.folder = folder
    this.#programs = programs
    this.tokenFile = join(folder, 'token')
    writeFileSync(this.tokenFile, 'a-token-that-only-this-cluster-knows', { mode: 0o600 })
    mkdirSync(join(folder, 'home'))
    this.#env = {
      HOME: join(folder, 'home'),
      TMPDIR: process.env.TMPDIR,
      PATH: `${programs}${delimiter}${process.env.PATH}`,
      LANG: 'C.UTF-8',
      // For buckets of a test.
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_EC2_METADATA_DISABLED: 'true',
    }
  }

  get address(): string {
    return `http://${this.machines.address(HEAD)}:${DASHBOARD}`
  }

  /** @param cpus  that Ray is told to have there, however many there are */
  async startHead(cpus: number): Promise<void> {
    const address = this.machines.address(HEAD)
    await this.#ray(HEAD, [
      ...['start', '--head', `--node-ip-address=${address}`, `--port=${PORT}`, `--num-cpus=${cpus}`],
      ...[`--dashboard-host=${address}`, `--dashboard-port=${DASHBOARD}`, `--temp-dir=${this.#temp()}`],
    ])
  }

  /** Joins those that are not there, from the beginning: Ray takes none back that it has lost. */
  async ensure(...names: readonly string[]): Promise<void> {
    for (const name of names) {
      if ((await this.nodes()).includes(this.machines.address(name))) continue
      await this.machines.clear(name)
      await this.#join(name)
    }
  }

  async #join(name: string): Promise<void> {
    const [head, own] = [HEAD, name].map((machine) => this.machines.address(machine))
    await this.#ray(name, [
      ...['start', `--address=${head}:${PORT}`, `--node-ip-address=${own}`, `--num-cpus=${WORKERS}`],
    ])
    await this.#until(async () => (await this.nodes()).includes(own!))
  }

  /** The raylet ends as if the machine had lost its power; what else Ray had there is ended for it. */
  async kill(name: string): Promise<void> {
    const raylet = this.machines.processes(name).find(({ command }) => /\/raylet /.test(command))
    if (raylet === undefined) throw new Error(`there is no raylet on ${name}`)
    endProcess(raylet.pid, 'SIGKILL')
  }

  /** Addresses of those that Ray takes to be there. */
  async nodes(): Promise<string[]> {
    const { out } = await this.understudy(['cluster', 'status', this.address, '--json'])
    const { nodes = [] } = out === '' ? {} : (JSON.parse(out) as { nodes?: { address: string }[] })
    return nodes.map(({ address }) => address)
  }

  /** Processes of ours on a machine: Node processes that Ray's have started. */
  ours(name: string): Process[] {
    return this.machines.processes(name).filter(({ command }) => OURS.test(command))
  }

  /** Runs the command on the client's machine, with the cluster's token. */
  understudy(args: readonly string[], token: string = this.tokenFile): Promise<Ran> {
    return this.machines.run(CLIENT, [process.execPath, UNDERSTUDY, ...args], this.#clientEnv(token))
  }

  /** One of the Python environment's. */
  startProgram(name: string, [program, ...args]: readonly string[]) {
    return this.machines.start(name, [join(this.#programs, program!), ...args], this.#env)
  }

  startUnderstudy(args: readonly string[]) {
    return this.machines.start(
      CLIENT,
      [process.execPath, UNDERSTUDY, ...args],
      this.#clientEnv(this.tokenFile),
    )
  }

  #clientEnv(token: string): NodeJS.ProcessEnv {
    const { HOME, TMPDIR, LANG } = this.#env
    return { HOME, TMPDIR, LANG, PATH: process.env.PATH, RAY_AUTH_TOKEN_PATH: token }
  }

  async #ray(name: string, args: readonly string[]): Promise<void> {
    const store = `--object-store-memory=${STORE_BYTES}`
    const command = [join(this.#programs, 'ray'), ...args, store, '--disable-usage-stats']
    const env = { ...this.#env, RAY_AUTH_MODE: 'token', RAY_AUTH_TOKEN_PATH: this.tokenFile }
    const { code, out, err } = await this.machines.run(name, command, env)
    if (code !== 0) throw new Error(`ray ${args[0]} on ${name}: ${out}${err}`)
  }

  /** Short, as the sockets of Ray have their names within it. */
  #temp(): string {
    return join(this.folder, 'ray')
  }

  async #until(isSo: () => Promise<boolean>): Promise<void> {
    while (!(await isSo())) await wait(500)
  }
}
