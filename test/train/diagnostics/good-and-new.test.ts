/** What is said of a run that is as good as can be, and of one that has only begun: neither is told what is wrong with it. */
import { describe, expect, it } from 'vitest'
import { type EnvironmentSpec, makeEnvironment } from '../../../core/envs/index.ts'
import { behaviorSettings } from '../../../core/learn/index.ts'
import { diagnose, type Finding, type RunFacts } from '../../../core/train/diagnostics/index.ts'

const bubble = makeEnvironment('bubble/25').spec
const basic = makeEnvironment('basic').spec
const grid = makeEnvironment('grid').spec
/** As a Unity build, or an environment of Gymnasium without a threshold. */
const silent: EnvironmentSpec = { ...grid, score: { ...grid.score, tellsSuccess: false } }

type Curves = Readonly<Record<string, readonly number[]>>

function said(spec: EnvironmentSpec, series: Curves, more: Partial<RunFacts> = {}): Finding[] {
  return diagnose({
    spec,
    behavior: behaviorSettings.parse({ trainer_type: 'sac', max_steps: 100_000 }),
    step: 100_000,
    masteredAtStep: null,
    demonstrations: null,
    control: null,
    ...more,
    series: new Map(Object.entries(series)),
  })
}

const constant = (value: number, n = 12) => new Array<number>(n).fill(value)
const gail = behaviorSettings.parse({
  trainer_type: 'sac',
  max_steps: 100_000,
  reward_signals: { extrinsic: {}, gail: {} },
})
const few = { episodes: 1, steps: 7, versions: [1] }

/** Curves that are faults of a run that is not there; whoever has nothing to learn has all of them rightly. */
const SUSPECT: readonly [name: string, curves: Curves, more?: Partial<RunFacts>][] = [
  ['decides always alike', { 'policy/entropy': constant(0) }],
  ['decides at random', { 'policy/entropy': constant(5) }],
  ['spends its time learning', { 'time/update': constant(0.95), 'time/seconds': constant(900) }],
  ['hits the bound of the ratio', { 'policy/clip_fraction': constant(0.6) }],
  ['had few demonstrations', {}, { demonstrations: few }],
  [
    'is told apart from them',
    { 'gail/accuracy_agent': constant(1), 'gail/accuracy_demonstrations': constant(1) },
    { behavior: gail },
  ],
  [
    'is not told apart from them',
    { 'gail/logit_agent': constant(0), 'gail/logit_demonstrations': constant(0) },
    { behavior: gail },
  ],
  [
    'plays longer',
    { 'rollout/length': [...constant(7), ...constant(12)], 'rollout/return': constant(0.93, 24) },
    { behavior: gail },
  ],
  ['does no better than its control', {}, { control: { runId: 'c', score: 0.93, masteredAtStep: null } }],
]

describe.each(SUSPECT)('a run that %s', (_, curves, more) => {
  it.each([
    ['at the best return there is', basic, { 'rollout/window_score': constant(0.93) }, {}],
    ['within chance of it', basic, { 'rollout/window_score': constant(0.915) }, {}],
    ['better than people', bubble, { 'rollout/window_score': constant(18) }, { masteredAtStep: 5_000 }],
    [
      'as good as people, with one bad window',
      bubble,
      { 'rollout/window_score': constant(26) },
      { masteredAtStep: 5_000 },
    ],
    ['with every goal reached', grid, { 'rollout/success': constant(0.99) }, {}],
  ] as const)('and is there is not warned: %s', (_, spec, there, how) => {
    const control = more?.control ?? null
    const score = there['rollout/window_score' as keyof typeof there] as readonly number[] | undefined
    const found = said(
      spec,
      { ...curves, ...there },
      { ...more, ...how, control: control && { ...control, score: score?.[0] ?? 1 } },
    )
    expect(found.filter(({ level, advice }) => level === 'warning' || advice !== null)).toEqual([])
  })

  it('and is known not to be there is told', () => {
    const returns: Curves =
      curves['rollout/return'] === undefined ? {} : { 'rollout/return': constant(0.07, 24) }
    const short = { ...curves, ...returns, 'rollout/window_score': constant(0.07) }
    expect(said(basic, short, more).filter(({ id }) => id !== 'discriminator')).not.toEqual([])
  })
})

describe('where nobody can tell whether it is there', () => {
  it('a policy that is decided is told of, and not called a failure', () => {
    const [finding] = said(silent, { 'policy/entropy': constant(0), 'rollout/success': constant(0) })
    expect(finding).toMatchObject({ id: 'entropy-collapsed', level: 'note' })
    expect(finding!.text).not.toContain('not there yet')
  })

  it('nothing is made of goals that nobody reports', () => {
    expect(said(silent, { 'rollout/success': constant(0) })).toEqual([])
    expect(said(grid, { 'rollout/success': constant(0) })).toMatchObject([{ id: 'never-succeeds' }])
  })
})

describe('a run that has only begun', () => {
  const begun = { step: 2_000 }

  it.each<[string, EnvironmentSpec, Curves, Partial<RunFacts>?]>([
    ['has reached no goal yet', grid, { 'rollout/success': constant(0) }],
    [
      'expects more as it lives longer',
      basic,
      {
        'critic/q': [2, 3, 4.5, 6.8, 10, 15],
        'loss/critic': [2, 3, 4.5, 6.8, 10, 15],
        'rollout/return': [10, 12, 15, 20, 30, 45],
      },
    ],
    ['spends its time learning', basic, { 'time/update': constant(0.95), 'time/seconds': [1, 2, 3] }],
    ['has two summaries', basic, { 'policy/entropy': [0, 0], 'policy/clip_fraction': [1, 1] }],
  ])('is not warned when it %s', (_, spec, curves, more) => {
    expect(said(spec, curves, { ...begun, ...more }).filter(({ level }) => level === 'warning')).toEqual([])
  })

  it('is not praised for what its discriminator cannot do yet', () => {
    const coin = { 'gail/accuracy_agent': constant(0.5, 2), 'gail/accuracy_demonstrations': constant(0.5, 2) }
    expect(said(bubble, coin, begun)).toMatchObject([{ id: 'discriminator', level: 'note' }])
    expect(said(bubble, coin)).toMatchObject([{ id: 'discriminator', level: 'good' }])
    expect(said(bubble, coin, { asDemonstrated: false })).toMatchObject([{ level: 'note' }])
  })

  it('is warned of what is wrong from the first', () => {
    expect(said(basic, { 'loss/critic': [Number.NaN] }, begun)).toMatchObject([{ id: 'not-a-number' }])
    const runaway = { 'critic/q': [2, 3, 4.5, 6.8, 10, 15], 'rollout/return': constant(0.5) }
    expect(said(basic, runaway, begun)).toMatchObject([{ id: 'critic-diverging' }])
  })
})

describe('what counts in the end', () => {
  it('is the goal where nobody has played for comparison', () => {
    expect(said(basic, { 'rollout/window_score': [0.4, 0.92, 0.93, 0.93] })).toMatchObject([
      { id: 'at-goal', level: 'good', text: expect.stringContaining('0.93 points') },
    ])
    expect(said(basic, { 'rollout/window_score': [0.4, 0.93, 0.8, 0.93] })).toEqual([])
    expect(said(basic, { 'rollout/window_score': [0.93] })).toEqual([])
  })

  it('is not called mastered any more when it is no longer so', () => {
    const later = (now: number) =>
      said(bubble, { 'rollout/window_score': [25, 25, now] }, { masteredAtStep: 3_000 })[0]
    expect(later(24)).toMatchObject({ level: 'good', text: expect.stringContaining('since step 3,000') })
    expect(later(26)).toMatchObject({
      level: 'good',
      text: expect.stringContaining('is at 26.00 bubbles now'),
    })
    expect(later(40)).toMatchObject({ level: 'note' })
  })

  it('advises what the algorithm has', () => {
    const curves = { 'time/update': constant(0.95) }
    const under = (trainer_type: string) =>
      said(basic, curves, { behavior: behaviorSettings.parse({ trainer_type }) })[0]!.advice
    expect(under('sac')).toContain('steps_per_update')
    expect(under('ppo')).toContain('num_epoch')
    expect(under('bc')).not.toMatch(/steps_per_update|num_epoch/)
  })
})
