/** A world whose actions are numbers of its own, the environment that plays it from [-1, 1] and 0 on, and what readers of others find. */
import { tableFromIPC } from '@uwdata/flechette'
import { unzipSync } from 'fflate'
import { parquetReadObjects } from 'hyparquet'
import { readHdf5 } from '../../core/demos/formats/parts/hdf5/thread.ts'
import type { Hdf5Dataset, Hdf5Group, Hdf5Node } from '../../core/demos/formats/parts/hdf5/tree.ts'
import { FileProblems } from '../../core/demos/formats/problems.ts'
import type { DemonstrationFiles } from '../../core/demos/index.ts'
import { environmentStamp } from '../../core/demos/stamp.ts'
import type { Action, ActionSpec, Environment, EnvironmentSpec, StepResult } from '../../core/envs/index.ts'
import { Random } from '../../core/random.ts'
import type { Episode } from '../../core/store/index.ts'

/** Every number of an action moves the state its own way, so that a wrong one shows in every later reward. */
export class World {
  #state = 0

  reset(seed: number): void {
    this.#state = Math.sin(seed)
  }

  step(numbers: readonly number[]): number {
    for (const [i, number] of numbers.entries()) {
      this.#state = Math.sin(3 * this.#state + (i + 1) * number)
    }
    return Math.fround(this.#state)
  }
}

export class OwnUnits implements Environment {
  readonly spec: EnvironmentSpec
  readonly succeeded = false
  readonly #world = new World()
  #steps = 0

  constructor(id: string, action: ActionSpec) {
    this.spec = {
      id,
      title: 'Own units',
      description: 'Calls its actions by other numbers.',
      version: 1,
      parameters: {},
      observations: [{ name: 'view', shape: [2, 3], description: 'rows' }],
      action,
      score: { unit: 'point', units: 'points', measure: 'return' },
      maxEpisodeSteps: STEPS,
    }
  }

  reset(seed: number, observation: Float32Array | null): void {
    this.#world.reset(seed)
    this.#steps = 0
    observation?.fill(seed)
  }

  step({ continuous, discrete }: Action, observation: Float32Array | null): StepResult {
    const { ranges, starts } = this.spec.action.units!
    const numbers = [
      ...ranges.map(([least, largest], i) => {
        const number = least + (continuous[i]! + 1) * 0.5 * (largest - least)
        return Math.fround(Math.min(largest, Math.max(least, number)))
      }),
      ...starts.map((start, i) => start + discrete[i]!),
    ]
    const reward = this.#world.step(numbers)
    this.#steps++
    observation?.set([reward, 1, 2, 3, 4, this.#steps])
    return { reward, terminated: false, truncated: this.#steps === STEPS }
  }

  snapshot(): never {
    throw new Error('not kept')
  }

  restore(): never {
    return this.snapshot()
  }

  scene(): null {
    return null
  }

  events(): readonly unknown[] {
    return []
  }
}

const STEPS = 40

/** Played at random, and by the values that are easily lost. */
export function played(environment: Environment, seed: number): Episode {
  const { spec } = environment
  const { continuous: C, discrete: sizes } = spec.action
  const random = new Random(seed)
  const awkward = [-1, 1, 0, -0, 1e-10, Math.fround(1 - 2 ** -24), Math.fround(1 / 3)]
  const continuous = Float32Array.from({ length: STEPS * C }, (_, i) =>
    Math.floor(i / C) < awkward.length ? awkward[Math.floor(i / C)]! : 2 * random.uniform() - 1,
  )
  const discrete = Int32Array.from({ length: STEPS * sizes.length }, (_, i) =>
    random.below(sizes[i % sizes.length]!),
  )
  const observations = new Float32Array((STEPS + 1) * 6)
  environment.reset(seed, observations.subarray(0, 6))
  const rewards = Float32Array.from({ length: STEPS }, (_, step) => {
    const action = {
      continuous: continuous.subarray(step * C, (step + 1) * C),
      discrete: discrete.subarray(step * sizes.length, (step + 1) * sizes.length),
    }
    return environment.step(action, observations.subarray((step + 1) * 6, (step + 2) * 6)).reward
  })
  return {
    environment: environmentStamp(spec),
    seed,
    player: { name: 'dice', kind: 'scripted' },
    startedAtUs: seed,
    observations,
    continuous,
    discrete,
    rewards,
    timesUs: Float64Array.from({ length: STEPS }, (_, i) => 1000 * i),
    terminated: false,
    truncated: true,
    success: false,
    tags: [],
    note: '',
    rating: 0,
  }
}

type Content = Uint8Array | DemonstrationFiles
/** [steps][numbers], of one episode */
type Payload = number[][]

/** What a program that knows nothing of us finds as the actions of the only episode in a file. */
export const payloads: Record<string, (content: Content) => Payload | Promise<Payload>> = {
  csv: (content) => {
    const [header, ...rows] = Buffer.from(content as Uint8Array)
      .toString()
      .split('\n')
    const names = header!.split(',')
    const places = names.flatMap((name, i) => (/^action\.(continuous|discrete)\./.test(name) ? [i] : []))
    return rows.slice(0, STEPS).map((row) => places.map((i) => Math.fround(Number(row.split(',')[i]))))
  },
  jsonl: (content) => {
    const { continuous, discrete } = JSON.parse(Buffer.from(content as Uint8Array).toString())
    return continuous.map((row: number[], i: number) => [...row.map(Math.fround), ...discrete[i]])
  },
  npz: (content) => {
    const files = unzipSync(content as Uint8Array)
    const columns = ['acts_continuous', 'acts_discrete'].map((name) =>
      rowsOf(npyValues(files[`${name}.npy`]!)),
    )
    return columns[0]!.map((row, i) => [...row, ...columns[1]![i]!])
  },
  'imitation-npz': (content) => rowsOf(npyValues(unzipSync(content as Uint8Array)['acts.npy']!)),
  imitation: (content) => {
    const table = tableFromIPC((content as DemonstrationFiles).get('data-00000-of-00001.arrow')!)
    return [...(table.getChild('acts')!.at(0) as Iterable<unknown>)].map(numbers)
  },
  lerobot: async (content) => {
    const file = (content as DemonstrationFiles).get('data/chunk-000/file-000.parquet')!
    return (await parquetReadObjects({ file: Uint8Array.from(file).buffer })).map(({ action }) =>
      numbers(action),
    )
  },
  rllib: async (content) => {
    const rows = await parquetReadObjects({ file: Uint8Array.from(content as Uint8Array).buffer })
    return rows.map(({ actions }) => numbers(actions))
  },
  'rllib-json': (content) => {
    const { actions } = JSON.parse(Buffer.from(content as Uint8Array).toString()) as { actions: unknown[] }
    return actions.map((action) => numbers(action).map(Math.fround))
  },
  minari: async (content) => {
    const root = await hdf5((content as DemonstrationFiles).get('data/main_data.hdf5')!)
    const actions = inside(root, 'episode_0', 'actions')
    if (actions.kind === 'dataset') return rowsOf(actions)
    const [continuous, discrete] = ['continuous', 'discrete'].map((name) => rowsOf(inside(actions, name)))
    return continuous!.map((row, i) => [...row, ...discrete![i]!])
  },
  d4rl: async (content) => rowsOf(inside(await hdf5(content as Uint8Array), 'actions')),
}

/** The rewards that the world pays for these actions. */
export function rewardsOf(payload: Payload, seed: number): number[] {
  const world = new World()
  world.reset(seed)
  return payload.map((numbers) => world.step(numbers))
}

function numbers(action: unknown): number[] {
  return [action]
    .flat()
    .flatMap((part) =>
      typeof part === 'object' && part !== null
        ? Array.from(part as Iterable<number>, Number)
        : [Number(part)],
    )
}

function rowsOf(node: Hdf5Node | { data: ArrayLike<unknown> }): number[][] {
  const { data } = node as Hdf5Dataset
  const width = data.length / STEPS
  return Array.from({ length: STEPS }, (_, i) =>
    Array.from(data.slice(i * width, (i + 1) * width) as ArrayLike<unknown>, Number),
  )
}

function hdf5(bytes: Uint8Array): Promise<Hdf5Group> {
  return readHdf5(bytes, new FileProblems('file.hdf5'))
}

function inside(start: Hdf5Node, ...path: string[]): Hdf5Node {
  return path.reduce((node, name) => (node as Hdf5Group).children.get(name)!, start)
}

/** Only the types that are written. */
function npyValues(bytes: Uint8Array): { data: number[] } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const start = 10 + view.getUint16(8, true)
  const type = /'descr': '(...)'/.exec(Buffer.from(bytes.subarray(10, start)).toString('latin1'))![1]!
  const readers: Record<string, (at: number) => number> = {
    '<f4': (at) => view.getFloat32(at, true),
    '<i4': (at) => view.getInt32(at, true),
    '<i8': (at) => Number(view.getBigInt64(at, true)),
  }
  const size = Number(type[2])
  const length = (bytes.length - start) / size
  return { data: Array.from({ length }, (_, i) => readers[type]!(start + i * size)) }
}
