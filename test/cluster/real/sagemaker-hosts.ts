/** A training job of SageMaker on several hosts: machines of machines.ts that know each other's names, with a tree of files each. */
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { UNDERSTUDY } from '../../cli/support.ts'
import { Machines, type Ran } from './machines.ts'

export const HOSTS = ['algo-1', 'algo-2'] as const
type Host = (typeof HOSTS)[number]

/** A job that its hosts find ready to be started. */
export class SageMakerHosts {
  readonly machines = new Machines(HOSTS)
  readonly #folder: string
  readonly #programs: string

  /**
   * @param folder    of its own, with a short name
   * @param programs  the folder of the programs of a Python environment with Ray
   */
  constructor(folder: string, programs: string) {
    this.#folder = folder
    this.#programs = programs
    mkdirSync(join(folder, 'home'))
  }

  /** What stands in the place of /opt/ml. */
  base(host: Host): string {
    return join(this.#folder, host)
  }

  give(hyperparameters: Readonly<Record<string, string>>): void {
    for (const host of HOSTS) {
      const config = join(this.base(host), 'input/config')
      mkdirSync(config, { recursive: true })
      const resources = { current_host: host, hosts: HOSTS, network_interface_name: 'eth0' }
      writeFileSync(join(config, 'resourceconfig.json'), JSON.stringify(resources))
      writeFileSync(join(config, 'hyperparameters.json'), JSON.stringify(hyperparameters))
    }
  }

  /**
   * `train`, as SageMaker starts it on every host.
   * @param stopsAt  a line of the first host's log after which all are told to end, as before an interruption
   */
  async train(stopsAt?: RegExp): Promise<readonly Ran[]> {
    const children = HOSTS.map((host) => this.#start(host, 'train'))
    const stop = (): void => {
      for (const child of children) child.kill('SIGTERM')
    }
    return Promise.all(
      children.map(async (child, i) => {
        let [out, err] = ['', '']
        let isTold = stopsAt === undefined || i > 0
        child.stdout.on('data', (text) => {
          out += text
          if (isTold || !stopsAt!.test(out)) return
          isTold = true
          stop()
        })
        child.stderr.on('data', (text) => {
          err += text
        })
        const [code] = (await once(child, 'close')) as [number | null]
        return { code, out, err }
      }),
    )
  }

  #start(host: Host, command: string) {
    return this.machines.start(host, [process.execPath, UNDERSTUDY, 'sagemaker', command], {
      HOME: join(this.#folder, 'home'),
      PATH: `${this.#programs}${delimiter}${process.env.PATH}`,
      LANG: 'C.UTF-8',
      SAGEMAKER_BASE_DIR: this.base(host),
      // Sockets of Ray have their names within it, and these must be short.
      RAY_TMPDIR: join(this.#folder, 'ray'),
    })
  }
}
