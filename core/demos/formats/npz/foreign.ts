/**
 * NumPy archives that were made elsewhere, without our metadata: `numpy.savez('file.npz', obs=..., rews=..., ...)` with arrays of
 * any of the usual types. E episodes of N steps in all:
 *
 *     obs         [N+E, ...]  the last observation of every episode included
 *     rews        [N]
 *     acts_continuous [N, C] or, for one value, [N]; likewise acts_discrete; those that the environment has
 *     offsets     [E+1]       left out: one episode
 *     terminated, truncated [E]   left out: false; an episode without an end counts as truncated
 *     success     [E]   left out: unknown
 *     times_us    [N]         left out: 0
 *     masks       [N, M]      may be left out
 */
import { type Episode, stepLayout } from '../../episode.ts'
import type { ReadOptions } from '../format.ts'
import { LIMITS } from '../limits.ts'
import { foreignHead, givenEnvironment } from '../parts/foreign.ts'
import { assembleEpisode, type FileColumns } from '../parts/head.ts'
import { type Npy, parseNpy } from '../parts/npy.ts'
import type { FileProblems } from '../problems.ts'

type Files = ReadonlyMap<string, Uint8Array>

const KNOWN = [
  'obs',
  'rews',
  'acts_continuous',
  'acts_discrete',
  'offsets',
  'terminated',
  'truncated',
  'success',
  'times_us',
  'masks',
]

export function readForeignNpz(
  files: Files,
  problems: FileProblems,
  options: ReadOptions | undefined,
): Episode[] {
  const arrays = new ForeignArrays(files, problems)
  const rewards = arrays.column('rews', null, 1)
  const environment = givenEnvironment(problems.file, options)
  const { observation: O, continuous: C, branches: D, mask: M } = stepLayout(environment)
  const steps = rewards.length
  const offsets = arrays.has('offsets') ? arrays.offsets(steps) : [0, steps]
  const count = offsets.length - 1
  const observations = arrays.column('obs', steps + count, O)
  const continuous = arrays.column('acts_continuous', steps, C)
  const discrete = arrays.column('acts_discrete', steps, D)
  const timesUs = arrays.has('times_us') ? arrays.column('times_us', steps, 1) : new Array(steps).fill(0)
  const masks = arrays.has('masks') ? arrays.whole('masks', steps, M, 1) : undefined
  const flag = <T>(name: string, unsaid: T): (boolean | T)[] =>
    arrays.has(name) ? arrays.whole(name, count, 1, 1).map(Boolean) : new Array<T>(count).fill(unsaid)
  const [terminated, truncated] = [flag('terminated', false), flag('truncated', false)]
  const success = flag('success', null)
  arrays.noteOthers(options?.note)
  return Array.from({ length: count }, (_, i) => {
    const [from, to] = [offsets[i]!, offsets[i + 1]!]
    const outcome = { terminated: terminated[i]!, truncated: truncated[i]!, success: success[i]! }
    if (!outcome.terminated && !outcome.truncated) {
      options?.note?.(`episode ${i} does not say how it ended: it counts as truncated`)
    }
    const columns: FileColumns = {
      observations: Float32Array.from(observations.slice((from + i) * O, (to + i + 1) * O)),
      continuous: Float32Array.from(continuous.slice(from * C, to * C)),
      discrete: discrete.slice(from * D, to * D),
      rewards: Float32Array.from(rewards.slice(from, to)),
      timesUs: Float64Array.from(timesUs.slice(from, to)),
      ...(masks === undefined ? {} : { masks: Uint8Array.from(masks.slice(from * M, to * M)) }),
    }
    return assembleEpisode(foreignHead(environment, i, outcome), columns, `episode ${i}`, problems)
  })
}

class ForeignArrays {
  readonly #files: Files
  readonly #problems: FileProblems

  constructor(files: Files, problems: FileProblems) {
    this.#files = files
    this.#problems = problems
  }

  has(name: string): boolean {
    return this.#files.has(`${name}.npy`)
  }

  /**
   * The numbers of an array, one row after the other. One of width 0 may be missing.
   * @param rows  null: as many as there are
   */
  column(name: string, rows: number | null, width: number): number[] {
    if (width === 0 && !this.has(name)) return []
    const { shape, data } = this.#read(name)
    const found = shape[0] ?? 0
    const numbers = Array.from(data as ArrayLike<number | bigint>, Number)
    if (found !== (rows ?? found) || numbers.length !== found * width || shape.length === 0) {
      this.#problems.refuse(`array "${name}", shape`, `(${rows ?? 'any'}, ${width})`, `(${shape.join(', ')})`)
    }
    return numbers
  }

  whole(name: string, rows: number, width: number, max: number): number[] {
    const numbers = this.column(name, rows, width)
    const wrong = numbers.find((value) => !Number.isInteger(value) || value < 0 || value > max)
    if (wrong !== undefined) this.#problems.refuse(`array "${name}"`, `whole numbers from 0 to ${max}`, wrong)
    return numbers
  }

  offsets(steps: number): number[] {
    const offsets = this.whole('offsets', this.#read('offsets').shape[0] ?? 0, 1, steps)
    if (offsets.length > LIMITS.episodes + 1) {
      this.#problems.refuse('offsets', `at most ${LIMITS.episodes} episodes`, offsets.length - 1)
    }
    const rising = offsets.every((offset, i) => i === 0 || offset >= offsets[i - 1]!)
    if (!rising || offsets[0] !== 0 || offsets.at(-1) !== steps) {
      this.#problems.refuse('offsets', `numbers that rise from 0 to ${steps}`, offsets.slice(0, 8).join(', '))
    }
    return offsets
  }

  noteOthers(note: ReadOptions['note']): void {
    const others = [...this.#files.keys()].filter((name) => !KNOWN.includes(name.replace(/\.npy$/, '')))
    if (others.length > 0) note?.(`other arrays are left out: ${others.slice(0, 8).join(', ')}`)
  }

  #read(name: string): Npy {
    const file = this.#files.get(`${name}.npy`)
    if (file === undefined) {
      return this.#problems.refuse('archive', `an array "${name}"`, [...this.#files.keys()].join(', '))
    }
    return parseNpy(file, `array "${name}"`, this.#problems)
  }
}
