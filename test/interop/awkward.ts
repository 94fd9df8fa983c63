/** Episodes with values that careless readers and writers lose. Of no environment that is known here. */
import type { Episode } from '../../core/demos/episode.ts'
import { Random } from '../../core/random.ts'

const SINGLES = [-0, 1e-45, 3.4028234663852886e38, Math.fround(0.1), Math.fround(1 / 3), -1e-7, 16777217]
const STEPS = 40

/** Two episodes with named observations of several ranks, continuous values, two branches and masks. */
export function awkwardEpisodes(): Episode[] {
  return [awkward(1, true), awkward(2, false)]
}

function awkward(seed: number, terminated: boolean): Episode {
  const random = new Random(seed)
  const discrete = Int32Array.from({ length: STEPS * 2 }, (_, i) => random.below(i % 2 === 0 ? 3 : 2))
  const masks = new Uint8Array(STEPS * 5)
  for (let step = 0; step < STEPS; step++) {
    masks[step * 5 + discrete[step * 2]!] = 1
    masks[step * 5 + 3 + discrete[step * 2 + 1]!] = 1
  }
  const single = (_: unknown, i: number): number => SINGLES[i] ?? random.normal()
  return {
    environment: {
      id: 'interop/awkward',
      version: 2,
      parameters: { wind: 0.1, name: 'größte "quoted", 雪', slippery: false },
      observations: [
        { name: 'position', shape: [3] },
        { name: 'map', shape: [2, 3] },
      ],
      action: { continuous: 2, discrete: [3, 2] },
    },
    seed: Number.MAX_SAFE_INTEGER,
    player: { name: 'Zoë, "the quick"', kind: 'human' },
    startedAtUs: 1_700_000_000_000_000 + seed,
    observations: Float32Array.from({ length: (STEPS + 1) * 9 }, single),
    continuous: Float32Array.from({ length: STEPS * 2 }, (_, i) => (i === 0 ? -0 : 2 * random.uniform() - 1)),
    discrete,
    rewards: Float32Array.from({ length: STEPS }, single),
    timesUs: Float64Array.from({ length: STEPS }, (_, i) => i * 16_666.6 + 0.1 + 0.2),
    masks,
    terminated,
    truncated: !terminated,
    success: terminated,
    tags: ['größte', '"quoted"'],
    note: 'two\nlines, 雪 and 🎈',
    rating: 5,
  }
}
