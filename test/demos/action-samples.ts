/** Episodes of environments with every kind of action, for formats that write each kind differently. */
import { Random } from '../../core/random.ts'
import type { EnvironmentStamp, Episode } from '../../core/store/index.ts'
import { randomEpisode, stamp } from '../store/support.ts'

export function actionSamples(): Record<string, Episode[]> {
  const picture = [{ name: 'map', shape: [2, 4] }]
  const vector = [{ name: 'state', shape: [8] }]
  return {
    'branches and continuous values, masked': [
      randomEpisode(1, { masked: true }),
      randomEpisode(2, { masked: true, steps: 40, changes: { terminated: false, truncated: true } }),
    ],
    'one branch, one picture': episodesOf({ continuous: 0, discrete: [3] }, picture),
    'several branches': episodesOf({ continuous: 0, discrete: [3, 2] }, stamp.observations),
    'continuous values, one vector': episodesOf({ continuous: 2, discrete: [] }, vector),
    'both ends at once, and values that are easily lost': [awkward()],
  }
}

function episodesOf(
  action: EnvironmentStamp['action'],
  observations: EnvironmentStamp['observations'],
): Episode[] {
  const random = new Random(3)
  const environment: EnvironmentStamp = { ...stamp, action, observations }
  return [1, 7, 3].map((steps, i) =>
    randomEpisode(20 + i, {
      steps,
      changes: {
        environment,
        continuous: Float32Array.from({ length: steps * action.continuous }, () => 2 * random.uniform() - 1),
        discrete: Int32Array.from({ length: steps * action.discrete.length }, () => random.below(2)),
        ...(i === 1 ? { terminated: false, truncated: true } : {}),
      },
    }),
  )
}

function awkward(): Episode {
  const episode = randomEpisode(11, { steps: 3, masked: true })
  episode.observations.set([-0, 1e-45, 3.4028234663852886e38, Math.fround(0.1), Math.fround(1 / 3), 16777217])
  episode.rewards.set([-0, Math.fround(0.7), -1])
  episode.timesUs.set([0, 0.1 + 0.2, 1e15 + 0.5])
  return {
    ...episode,
    terminated: true,
    truncated: true,
    tags: ['größte', '"quoted"'],
    note: 'two\nlines, 雪 and 🎈',
    rating: 5,
    seed: Number.MAX_SAFE_INTEGER,
  }
}
