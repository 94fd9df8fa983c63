import { describe, expect, it } from 'vitest'
import { makeEnvironment } from '../../../core/envs/index.ts'
import { behaviorSettings } from '../../../core/learn/index.ts'
import { diagnose, type RunFacts } from '../../../core/train/diagnostics/index.ts'

const { spec } = makeEnvironment('bubble/25')
const most = Math.log(41) + Math.log(2)

/** Nothing is known but the curves. */
function facts(series: Record<string, readonly number[]>, more: Partial<RunFacts> = {}): RunFacts {
  return {
    spec,
    behavior: behaviorSettings.parse({ trainer_type: 'sac' }),
    step: 10_000,
    masteredAtStep: null,
    demonstrations: null,
    control: null,
    ...more,
    series: new Map(Object.entries(series)),
  }
}

const ids = (series: Record<string, readonly number[]>, more: Partial<RunFacts> = {}) =>
  diagnose(facts(series, more)).map(({ id }) => id)

const constant = (value: number, n = 12) => new Array<number>(n).fill(value)
const line = (from: number, to: number, n = 12) =>
  Array.from({ length: n }, (_, i) => from + ((to - from) * i) / (n - 1))
const growing = (from: number, factor: number, n = 12) =>
  Array.from({ length: n }, (_, i) => from * factor ** i)

describe('the discriminator', () => {
  const accuracies = (agent: readonly number[], demonstrations: readonly number[]) => ({
    'gail/accuracy_agent': agent,
    'gail/accuracy_demonstrations': demonstrations,
  })

  it('is too strong when both accuracies stay above 95%', () => {
    const [finding] = diagnose(facts(accuracies(constant(0.99), constant(0.97))))
    expect(finding).toMatchObject({ id: 'discriminator-too-strong', level: 'warning' })
    expect(finding!.text).toContain('98%')
    expect(finding!.advice).toContain('gradient_penalty')
  })

  it('is not once the run has mastered its task, or the signal has faded', () => {
    const strong = accuracies(constant(0.99), constant(0.99))
    const fading = behaviorSettings.parse({ reward_signals: { extrinsic: {}, gail: { anneal_steps: 8000 } } })
    expect(ids(strong, { masteredAtStep: 5000 })).toEqual(['mastered', 'discriminator'])
    expect(ids(strong, { behavior: fading, step: 9000 })).toEqual(['discriminator'])
    expect(ids(strong, { behavior: fading, step: 4000 })).toEqual(['discriminator-too-strong'])
  })

  it('is not when it was so only lately, or for one side', () => {
    expect(ids(accuracies([...constant(0.8), 0.99, 0.99], [...constant(0.8), 0.99, 0.99]))).toEqual([
      'discriminator',
    ])
    expect(ids(accuracies(constant(0.99), constant(0.7)))).toEqual(['discriminator'])
  })

  it('is too weak when its verdicts stay the same, until the run has mastered its task', () => {
    const logits = { 'gail/logit_agent': constant(-0.01), 'gail/logit_demonstrations': constant(0.002) }
    expect(ids(logits)).toEqual(['discriminator-too-weak'])
    expect(ids(logits, { masteredAtStep: 5000 })).toEqual(['mastered'])
    expect(ids({ ...logits, 'gail/logit_demonstrations': line(0, 0.3) })).toEqual([])
  })

  it('is good when it can hardly tell', () => {
    expect(diagnose(facts(accuracies([0.55], [0.52])))).toMatchObject([{ level: 'good' }])
    expect(diagnose(facts(accuracies([0.7], [0.9])))).toMatchObject([{ level: 'note' }])
  })
})

describe('the policy', () => {
  it('has collapsed when its entropy stays near zero before mastery', () => {
    const entropy = line(0.5 * most, 0, 20).concat(constant(0.005 * most))
    const sac = { 'policy/entropy': entropy, 'policy/temperature': constant(0.01) }
    expect(diagnose(facts(sac))).toMatchObject([{ id: 'entropy-collapsed', level: 'warning' }])
    expect(diagnose(facts(sac))[0]!.advice).toContain('target_entropy_end')
    const under = (trainer_type: string) => ({ behavior: behaviorSettings.parse({ trainer_type }) })
    expect(diagnose(facts(sac, under('ppo')))[0]!.advice).toContain('beta')
    expect(diagnose(facts(sac, under('bc')))[0]!.advice).toBeNull()
    expect(ids(sac, { masteredAtStep: 900 })).toEqual(['mastered'])
  })

  it('is nearly random, or neither', () => {
    expect(ids({ 'policy/entropy': constant(0.97 * most) })).toEqual(['nearly-random'])
    expect(ids({ 'policy/entropy': constant(0.4 * most) })).toEqual([])
  })

  it('moves too far when clipping bites on most samples', () => {
    expect(ids({ 'policy/clip_fraction': constant(0.6) })).toEqual(['steps-too-large'])
    expect(ids({ 'policy/clip_fraction': constant(0.15) })).toEqual([])
  })
})

describe('the critic', () => {
  it('diverges when value or error grows by a third every time', () => {
    expect(ids({ 'critic/q': growing(0.1, 1.6) })).toEqual(['critic-diverging'])
    expect(ids({ 'loss/critic': growing(0.1, 1.6) })).toEqual(['critic-diverging'])
    expect(ids({ 'critic/q': growing(-0.1, 1.6) })).toEqual(['critic-diverging'])
  })

  it('does not when it grows slowly, has settled, or is still small', () => {
    expect(ids({ 'critic/q': line(0, 50) })).toEqual([])
    expect(ids({ 'critic/q': [...growing(0.1, 1.6), 30, 30] })).toEqual([])
    expect(ids({ 'critic/q': growing(1e-6, 1.6) })).toEqual([])
  })

  it('has diverged when something is no longer a number', () => {
    expect(diagnose(facts({ 'loss/critic': [1, 2, Number.NaN] }))[0]!.text).toContain('loss/critic')
    expect(ids({ 'gail/loss': [1, Number.POSITIVE_INFINITY] })).toEqual(['not-a-number'])
    expect(ids({ 'rollout/score': [Number.NaN] })).toEqual([])
  })
})

describe('the demonstrations', () => {
  const demonstrations = { episodes: 21, steps: 528, versions: [spec.version] }

  it('are too few', () => {
    expect(ids({}, { demonstrations: { ...demonstrations, episodes: 1, steps: 24 } })).toEqual([
      'demonstrations-few',
    ])
    expect(ids({}, { demonstrations })).toEqual([])
    expect(ids({}, { demonstrations: { ...demonstrations, episodes: 2, steps: 2000 } })).toEqual([])
  })

  it('come from another version of the environment', () => {
    const found = diagnose(facts({}, { demonstrations: { ...demonstrations, versions: [spec.version + 1] } }))
    expect(found).toMatchObject([{ id: 'demonstrations-version', level: 'warning' }])
    expect(found[0]!.text).toContain(`version ${spec.version + 1}`)
  })

  const gail = (settings: Record<string, unknown>) => ({
    behavior: behaviorSettings.parse({ reward_signals: { extrinsic: {}, gail: settings } }),
  })
  const surviving = { 'rollout/length': line(10, 40), 'rollout/return': constant(0.2) }

  it('leave a bias when episodes grow longer and are worth no more', () => {
    expect(ids(surviving, gail({}))).toEqual(['survival-bias'])
    expect(ids({ ...surviving, 'rollout/return': line(0.1, 0.9) }, gail({}))).toEqual([])
    expect(ids(surviving, gail({ absorbing_states: true }))).toEqual([])
    expect(ids(surviving, gail({ reward_form: 'airl' }))).toEqual([])
    expect(ids(surviving)).toEqual([])
  })

  it('leave the opposite bias when a reward is never positive', () => {
    const hasty = { 'rollout/length': line(40, 10), 'rollout/return': constant(0.2) }
    expect(ids(hasty, gail({ reward_form: 'logd' }))).toEqual(['survival-bias'])
    expect(ids(hasty, gail({}))).toEqual([])
  })

  it('have not helped when the control run does as well', () => {
    const score = { 'rollout/window_score': [30, 24] }
    const control = (value: number, masteredAtStep: number | null = null) => ({
      control: { runId: 'control', score: value, masteredAtStep },
    })
    expect(ids(score, control(23.5))).toEqual(['no-better-than-control'])
    expect(ids(score, control(31))).toEqual([])
    // as good in the end, and sooner
    expect(ids(score, { ...control(23.5, 9000), masteredAtStep: 5000 })).toEqual(['mastered'])
  })
})

describe('time and success', () => {
  it('names what the time goes into', () => {
    expect(diagnose(facts({ 'time/update': constant(0.93) }))[0]!.text).toBe(
      '93% of the time goes into learning.',
    )
    expect(diagnose(facts({ 'time/environment': constant(0.9) }))[0]!.text).toContain('the environment')
    expect(diagnose(facts({ 'time/inference': constant(0.85) }))[0]!.text).toContain('choosing actions')
    expect(ids({ 'time/update': constant(0.6), 'time/environment': constant(0.4) })).toEqual([])
  })

  it('notices that no episode succeeds', () => {
    expect(ids({ 'rollout/success': constant(0) })).toEqual(['never-succeeds'])
    expect(ids({ 'rollout/success': [...constant(0), 0.4] })).toEqual([])
  })

  it('tells mastery with its step, and warnings before it', () => {
    const found = diagnose(facts({ 'loss/critic': [Number.NaN] }, { masteredAtStep: 5812 }))
    expect(found.map(({ level }) => level)).toEqual(['warning', 'good'])
    expect(found[1]!.text).toBe('At or better than the human average of 25.14 since step 5,812.')
  })
})
