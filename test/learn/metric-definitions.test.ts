/** Every learner says what it reports, and reports what it says. */
import { globSync, readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { algorithmDefinition, algorithmNames } from '../../core/learn/algorithm.ts'
import { rewardSignalDefinition, rewardSignalNames } from '../../core/learn/index.ts'
import { defineMetrics, metricDefinition, metricDefinitions } from '../../core/learn/metric-definition.ts'
import { type LoopOptions, PlayLoop, walkRight } from './play-loop.ts'

const SMALL = { hidden_units: 8, num_layers: 1 }
const cloning = { batch_size: 4, pretrain_updates: 2 }
const off = { batch_size: 8, buffer_init_steps: 16, steps_per_update: 8, buffer_size: 200 }
const on = { batch_size: 16, buffer_size: 32, num_epoch: 1 }

/** Seven steps of the pendulum. */
const swing = {
  length: 7,
  observations: new Float32Array(21).fill(0.5),
  nextObservations: new Float32Array(21).fill(0.5),
  continuous: new Float32Array(7).fill(0.3),
  discrete: new Int32Array(0),
  rewards: new Float32Array(7),
  terminated: new Uint8Array(7),
  truncated: new Uint8Array(7),
}

/** Each with all that it can report switched on by some of them. */
const learners: Record<string, { steps: number } & Partial<LoopOptions> & Pick<LoopOptions, 'settings'>> = {
  'sac with all signals and cloning': {
    steps: 80,
    settings: {
      trainer_type: 'sac',
      hyperparameters: off,
      network_settings: SMALL,
      reward_signals: {
        extrinsic: {},
        gail: { entropy_bonus: 0.01, use_vail: true, gradient_penalty: 0.1, network_settings: SMALL },
        curiosity: { network_settings: SMALL },
        rnd: { network_settings: SMALL },
      },
      behavioral_cloning: cloning,
    },
  },
  'sac with memory': {
    steps: 160,
    settings: {
      trainer_type: 'sac',
      hyperparameters: off,
      network_settings: { ...SMALL, memory: { memory_size: 8, sequence_length: 4 } },
    },
  },
  'ppo that divides rewards and clones': {
    steps: 80,
    settings: {
      trainer_type: 'ppo',
      hyperparameters: { ...on, normalize_reward: true },
      network_settings: SMALL,
      behavioral_cloning: cloning,
    },
  },
  'ppo with memory': {
    steps: 80,
    settings: {
      trainer_type: 'ppo',
      hyperparameters: on,
      network_settings: { ...SMALL, memory: { memory_size: 8, sequence_length: 4 } },
    },
  },
  td3: {
    steps: 160,
    environment: 'pendulum',
    demonstrations: swing,
    settings: {
      trainer_type: 'td3',
      hyperparameters: off,
      network_settings: SMALL,
      behavioral_cloning: cloning,
    },
  },
  dqn: { steps: 80, settings: { trainer_type: 'dqn', hyperparameters: off, network_settings: SMALL } },
  bc: {
    steps: 40,
    settings: { trainer_type: 'bc', hyperparameters: { batch_size: 4 }, network_settings: SMALL },
  },
  es: {
    steps: 800,
    environment: 'cart-pole', // whose episodes end whatever is played
    settings: {
      trainer_type: 'es',
      hyperparameters: { population: 4, max_evaluation_steps: 10 },
      network_settings: SMALL,
    },
  },
}

async function reported({
  steps,
  settings,
  environment = 'basic',
  demonstrations = walkRight(),
}: (typeof learners)[string]): Promise<string[]> {
  const loop = await PlayLoop.start({ environment, settings, demonstrations })
  try {
    await loop.algorithm.prepare()
    await loop.run(steps)
    return Object.keys(loop.algorithm.metrics.drain())
  } finally {
    await loop.algorithm.release()
  }
}

describe('the metrics of the learners', () => {
  const seen = new Map<string, string[]>()
  beforeAll(async () => {
    for (const [name, learner] of Object.entries(learners)) seen.set(name, await reported(learner))
  })

  it('are looked at in every algorithm and with every signal', () => {
    expect(new Set(Object.values(learners).map(({ settings }) => settings.trainer_type))).toEqual(
      new Set(algorithmNames()),
    )
    expect(
      rewardSignalNames().filter((name) => !seen.values().some((of) => of.includes(`${name}/reward`))),
    ).toEqual([])
  })

  it.each(Object.keys(learners))('are all defined that %s reports', (name) => {
    const of = seen.get(name)!
    expect(of.length).toBeGreaterThan(1)
    expect(of.filter((metric) => !metricDefinitions().has(metric))).toEqual([])
  })

  it('that an algorithm defines are reported by it', () => {
    const missing = algorithmNames().flatMap((name) => {
      const own = Object.entries(learners)
        .filter(([, { settings }]) => settings.trainer_type === name)
        .flatMap(([learner]) => seen.get(learner)!)
      const defined = Object.keys(algorithmDefinition(name).metrics ?? {})
      expect(defined.length).toBeGreaterThan(0)
      return defined.filter((metric) => !own.includes(metric)).map((metric) => `${name}: ${metric}`)
    })
    expect(missing).toEqual([])
  })

  it('that a signal defines are reported by a learner that uses it', () => {
    const all = new Set([...seen.values()].flat())
    const defined = rewardSignalNames().flatMap((name) =>
      Object.keys(rewardSignalDefinition(name).metrics ?? {}),
    )
    expect(defined.filter((metric) => !all.has(metric))).toEqual([])
  })

  it('have titles that differ within a chart, and charts that differ', () => {
    const labels = [...metricDefinitions()].map(
      ([, { title, panel }]) => `${panel == null ? '' : panel.title}: ${title}`,
    )
    expect(labels.filter((label, i) => labels.indexOf(label) !== i)).toEqual([])
  })
})

it('docs/algorithms explains every metric of a learner, and no other', () => {
  const pages = new URL('../../docs/algorithms/', import.meta.url)
  const text = globSync('*.md', { cwd: pages }).map((page) => readFileSync(new URL(page, pages), 'utf8'))
  const rows = text.flatMap(
    (page) => page.match(/^## Metrics$.*?(?=^## |$(?!.))/ms)?.[0].match(/^\| `.*?\|/gm) ?? [],
  )
  const explained = rows.flatMap((cell) => cell.match(/[a-z_]+\/[a-z_]+/g) ?? [])
  const defined = [
    ...algorithmNames().flatMap((name) => Object.keys(algorithmDefinition(name).metrics ?? {})),
    ...rewardSignalNames().flatMap((name) => Object.keys(rewardSignalDefinition(name).metrics ?? {})),
  ]
  expect(new Set(explained.filter((name) => !name.endsWith('/reward') || name === 'critic/reward'))).toEqual(
    new Set(defined),
  )
})

describe('metricDefinition', () => {
  it('shows what nobody defined by its name', () => {
    expect(metricDefinition('novelty/ahead_loss')).toEqual({
      title: 'Ahead loss (novelty)',
      meaning: 'novelty/ahead_loss',
    })
  })

  it('refuses a second meaning of a name, and takes the same one', () => {
    const known = metricDefinition('policy/entropy')
    expect(() => defineMetrics({ 'policy/entropy': { ...known } })).not.toThrow()
    expect(() => defineMetrics({ 'policy/entropy': { title: 'Mine', meaning: 'Mine' } })).toThrow(
      'metric "policy/entropy" is defined already, as "Entropy"; give yours another name',
    )
    expect(metricDefinition('policy/entropy')).toBe(known)
  })
})
