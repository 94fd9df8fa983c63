/** A training job of SageMaker on several hosts: machines of machines.ts that know each other's names, with a tree of files each. */
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { expect } from 'vitest'
import { UNDERSTUDY } from '../../cli/support.ts'
import { putHosts, putHyperparameters } from '../sagemaker/tree.ts'
import { Machines, type Ran } from './machines.ts'

const HOSTS = ['algo-1', 'algo-2'] as const
type Host = (typeof HOSTS)[number]

const GIVEN = { env: 'basic', algo: 'ppo', seed: 1, summary_freq: 200, checkpoint_interval: 400 }
const ORPHAN_SECONDS = 30

/**
 * Two hosts are one cluster: they train, are interrupted, started again, fail together, and one of them serves the model.
 * @param folder    of its own, with a short name, since the names of sockets lie within it
 * @param programs  the folder of the programs of a Python environment with Ray
 */
export async function twoHosts(folder: string, programs: string): Promise<void> {
  const hosts = new SageMakerHosts(folder, programs)
  try {
    hosts.give({ ...GIVEN, max_steps: 1_000_000 })
    const interrupted = await hosts.train(/checkpoint at step=8/)
    expect(interrupted.map(({ code, err }) => [code, err])).toEqual([
      [0, ''],
      [0, ''],
    ])
    expect(interrupted[0]!.out).toMatch(/^2 hosts with \d+ CPUs are one Ray cluster$/m)
    const stopped = Number(/ended at step=(\d+) \(asked\)/.exec(interrupted[0]!.out)?.[1])
    expect(stopped).toBeGreaterThanOrEqual(800)
    await hosts.areEmpty()

    hosts.give({ ...GIVEN, max_steps: stopped + 800 })
    const resumed = await hosts.train()
    expect(resumed.map(({ code }) => code)).toEqual([0, 0])
    expect(resumed[0]!.out).toContain(`from step=${stopped} to ${stopped + 800}\n`)
    expect(resumed[0]!.out).toMatch(/^evaluation on 100 boards/m)
    // One model, and the first host has it.
    expect(HOSTS.map((host) => existsSync(join(hosts.base(host), 'model/agent.onnx')))).toEqual([true, false])
    expect(await hosts.action('algo-1')).toEqual({ discrete: [expect.any(Number)] })

    hosts.give({ ...GIVEN, max_steps: stopped + 1600, 'hyperparameters.num_epoch': 7 })
    const failed = await hosts.train()
    expect(failed.map(({ code }) => code)).toEqual([1, 1])
    for (const host of HOSTS) {
      const reason = readFileSync(join(hosts.base(host), 'output/failure'), 'utf8')
      expect(reason).toMatch(/num_epoch is 7, but the run in .* began with 4 \(.*\)$/)
    }
    await hosts.areEmpty()
  } finally {
    await hosts.machines.close()
  }
}

class SageMakerHosts {
  readonly machines = new Machines(HOSTS)
  readonly #folder: string
  readonly #programs: string

  constructor(folder: string, programs: string) {
    this.#folder = folder
    this.#programs = programs
    mkdirSync(join(folder, 'home'))
  }

  /** What stands in the place of /opt/ml. */
  base(host: Host): string {
    return join(this.#folder, host)
  }

  give(hyperparameters: Readonly<Record<string, unknown>>): void {
    for (const host of HOSTS) {
      putHosts(this.base(host), host, HOSTS)
      putHyperparameters(this.base(host), hyperparameters)
    }
  }

  /**
   * `train`, as SageMaker starts it on every host.
   * @param stopsAt  a line of the first host's log after which all are told to end, as before an interruption
   */
  train(stopsAt?: RegExp): Promise<readonly Ran[]> {
    const children = HOSTS.map((host) => this.#start(host, 'train'))
    let isTold = stopsAt === undefined
    return Promise.all(
      children.map(async (child) => {
        let [out, err] = ['', '']
        child.stdout.on('data', (text) => {
          out += text
          if (isTold || !stopsAt!.test(out)) return
          isTold = true
          for (const each of children) each.kill('SIGTERM')
        })
        child.stderr.on('data', (text) => {
          err += text
        })
        const [code] = (await once(child, 'close')) as [number | null]
        return { code, out, err }
      }),
    )
  }

  /** What `serve` answers there to a first observation of `basic`. */
  async action(host: Host): Promise<unknown> {
    const server = this.#start(host, 'serve')
    await once(createInterface(server.stdout), 'line')
    const observation = Array.from({ length: 20 }, (_, i) => Number(i === 10))
    const ask = `fetch('http://127.0.0.1:8080/invocations', { method: 'POST', headers: { 'content-type': 'application/json' },
      body: '${JSON.stringify({ observation })}' }).then((answer) => answer.text()).then(console.log)`
    const { out } = await this.machines.run(host, [process.execPath, '-e', ask], process.env)
    server.kill('SIGTERM')
    expect(await once(server, 'exit')).toEqual([0, null])
    return (JSON.parse(out) as { action: unknown }).action
  }

  /** Of what was started there, in time. */
  async areEmpty(): Promise<void> {
    const until = performance.now() + 1000 * ORPHAN_SECONDS
    const left = () => HOSTS.flatMap((host) => this.machines.processes(host))
    while (left().length > 0 && performance.now() < until) await wait(200)
    expect(left()).toEqual([])
  }

  #start(host: Host, command: string) {
    return this.machines.start(host, [process.execPath, UNDERSTUDY, 'sagemaker', command], {
      HOME: join(this.#folder, 'home'),
      PATH: `${this.#programs}${delimiter}${process.env.PATH}`,
      LANG: 'C.UTF-8',
      SAGEMAKER_BASE_DIR: this.base(host),
      RAY_TMPDIR: join(this.#folder, 'ray'),
    })
  }
}
