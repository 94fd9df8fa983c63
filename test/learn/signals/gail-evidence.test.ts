/** What the discriminator is shown, and the bottleneck that it is shown it through. */
import { describe, expect, it } from 'vitest'
import type { DemonstrationData } from '../../../core/experience/transitions.ts'
import type { SampledBatch } from '../../../core/learn/off-policy/replay-buffer.ts'
import { gailSettings, gailSignal } from '../../../core/learn/signals/gail.ts'
import { Random } from '../../../core/random.ts'
import { SignalBench, signalContext } from '../signal-bench.ts'

const B = 64
const M = 200

/** Demonstrations go from anywhere two to the right; rows of the agent go `by`. */
function demonstrations(): DemonstrationData {
  const random = new Random(3)
  const observations = Float32Array.from({ length: M }, () => random.normal())
  return {
    length: M,
    observations,
    nextObservations: observations.map((x) => x + 2),
    continuous: new Float32Array(0),
    discrete: new Int32Array(M),
    rewards: new Float32Array(M),
    terminated: new Uint8Array(M),
    truncated: new Uint8Array(M),
  }
}

function agent(by: number) {
  return (rows: SampledBatch, random: Random) => {
    for (let i = 0; i < rows.rewards.length; i++) {
      rows.observations[i] = random.normal()
      rows.nextObservations[i] = rows.observations[i]! + by
    }
  }
}

/** Two transitions from 0: as demonstrated, and as the agent goes. */
function pair(rows: SampledBatch): void {
  rows.observations.fill(0)
  rows.nextObservations.set([2, -2])
}

const plain = { learning_rate: 3e-3, gradient_penalty: 0.1, reward_form: 'airl' }

function bench(overrides: Record<string, unknown>): Promise<SignalBench> {
  const data = demonstrations()
  const context = signalContext({ observation: 1, discrete: [2], batchSize: B, demonstrations: data })
  const settings = gailSettings.parse({ network_settings: { hidden_units: 32 }, ...plain, ...overrides })
  return SignalBench.start(context, gailSignal(context, settings), 2)
}

describe('use_next_state', () => {
  it('separates what goes elsewhere from the same states, which states alone do not', async () => {
    const gaps = []
    for (const use_next_state of [false, true]) {
      const gail = await bench({ use_next_state })
      await gail.train(200, agent(-2))
      const [demonstrated, agents] = await gail.rewards(pair)
      gaps.push(demonstrated! - agents!)
      await gail.release()
    }
    expect(gaps[0]).toBeCloseTo(0, 6)
    expect(gaps[1]).toBeGreaterThan(2)
  })

  it('goes with actions and with the bottleneck', async () => {
    const gail = await bench({ use_next_state: true, use_actions: true, use_vail: true })
    await gail.train(300, agent(-2))
    const [demonstrated, agents] = await gail.rewards(pair)
    expect(demonstrated! - agents!).toBeGreaterThan(0.5)
    await gail.release()
  })
})

describe('use_vail', () => {
  it('measures KL[N(mu, sigma^2) | N(0, 1)] of both sides, and beta follows it', async () => {
    const gail = await bench({ use_vail: true, learning_rate: 1e-12 })
    const parameters = gail.signal.parameters!
    for (const [part, value] of [
      ['bottleneck/mean/weight', 0],
      ['bottleneck/mean/bias', 0.1],
      ['bottleneck/sigma', 0.9],
    ] as const) {
      parameters.view(part).fill(value)
    }
    const one = (128 * (0.1 ** 2 + 0.9 ** 2 - 1 - Math.log(0.9 ** 2))) / 2
    const metrics = await gail.train(1, agent(-2))
    expect(metrics['gail/kl']).toBeCloseTo(2 * one, 3)
    expect(metrics['gail/beta']).toBeCloseTo(5e-4 * (2 * one - 0.5), 6)
    parameters.view('bottleneck/mean/bias').fill(0)
    parameters.view('bottleneck/sigma').fill(1)
    const below = await gail.train(20, agent(-2)) // KL = 0: beta climbs down and stops at 0
    expect(below['gail/kl']).toBeCloseTo(0, 5)
    expect((await gail.train(1, agent(-2)))['gail/beta']).toBe(0)
    await gail.release()
  })

  it('lets less through, and separates less, the larger beta is', async () => {
    const measured = []
    for (const beta of [0, 1]) {
      const gail = await bench({ use_vail: true, use_next_state: true })
      gail.signal.load({ ...(gail.signal.save() as object), beta })
      await gail.train(150, agent(-2))
      const { 'gail/kl': kl } = await gail.train(1, agent(-2))
      const [demonstrated, agents] = await gail.rewards(pair)
      measured.push({ kl: kl!, gap: demonstrated! - agents! })
      await gail.release()
    }
    expect(measured[1]!.kl).toBeLessThan(0.3 * measured[0]!.kl)
    expect(measured[1]!.gap).toBeLessThan(0.7 * measured[0]!.gap)
  })

  it('goes on after a restart as if there had been none', async () => {
    const settings = { use_vail: true, use_next_state: true, updates_interval: 2 }
    const first = await bench(settings)
    const second = await bench(settings)
    first.signal.load({ ...(first.signal.save() as object), beta: 0.3 })
    await first.train(41, agent(-2))
    second.random.restore(first.random.save())
    second.signal.load(structuredClone(first.signal.save()))
    expect(await second.rewards(pair)).toEqual(await first.rewards(pair))
    expect(await second.train(5, agent(-2))).toEqual(await first.train(5, agent(-2)))
    expect(await second.rewards(pair)).toEqual(await first.rewards(pair))
    await first.release()
    await second.release()
  })
})

describe('what keeps the discriminator in doubt', () => {
  /** d loss / d bias of a discriminator whose logit is the bias everywhere, always with the same draws. */
  async function slopeAt(bias: number, overrides: Record<string, unknown>) {
    const gail = await bench({ learning_rate: 1e-12, gradient_penalty: 0, ...overrides })
    const parameters = gail.signal.parameters!
    parameters.values.fill(0)
    parameters.view('discriminator/out/bias').fill(bias)
    const metrics = await gail.train(1, agent(-2))
    const slope = parameters.gradientBindings()[parameters.gradientName('discriminator/out/bias')]![0]!
    await gail.release()
    return { slope, metrics }
  }
  const sigmoid = (h: number) => 1 / (1 + Math.exp(-h))

  it('entropy_bonus: H = softplus(h) - h sigmoid(h), whose slope is -h D (1 - D)', async () => {
    const D = sigmoid(1.5)
    const plainly = await slopeAt(1.5, {})
    const doubting = await slopeAt(1.5, { entropy_bonus: 0.3 })
    expect(plainly.slope).toBeCloseTo(D - (1 - D), 5)
    expect(doubting.slope).toBeCloseTo(D - (1 - D) + 0.3 * 1.5 * D * (1 - D), 5)
    expect(doubting.metrics['gail/entropy']).toBeCloseTo(-D * Math.log(D) - (1 - D) * Math.log(1 - D), 5)
  })

  it('mixup: 2 mean(share softplus(h) + (1 - share) softplus(-h)), whose slope is 2 (D - 1 + mean share)', async () => {
    const even = await slopeAt(0, { mixup: true })
    const share = (even.slope + 1) / 2
    expect(share).toBeGreaterThan(0.35)
    expect(share).toBeLessThan(0.65)
    const D = sigmoid(1.5)
    const mixed = await slopeAt(1.5, { mixup: true })
    expect(mixed.slope).toBeCloseTo(2 * (D - 1 + share), 5)
    const softplus = Math.log(1 + Math.exp(1.5))
    expect(mixed.metrics['gail/loss']).toBeCloseTo(2 * (softplus - 1.5 * (1 - share)), 4)
  })

  it('mixup goes with the bottleneck, and still separates', async () => {
    const gail = await bench({ use_next_state: true, use_vail: true, mixup: true })
    await gail.train(300, agent(-2))
    const [demonstrated, agents] = await gail.rewards(pair)
    expect(demonstrated! - agents!).toBeGreaterThan(0.3)
    await gail.release()
  })
})
