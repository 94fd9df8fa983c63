import { describe, expect, it } from 'vitest'
import type { SampledBatch } from '../../../core/learn/off-policy/replay-buffer.ts'
import { curiositySettings, curiositySignal } from '../../../core/learn/signals/curiosity.ts'
import type { Random } from '../../../core/random.ts'
import { SignalBench, signalContext } from '../signal-bench.ts'

const tiny = { network_settings: { hidden_units: 1, num_layers: 1 } }
const B = 32

function bench(overrides: Record<string, unknown>, action: { continuous?: number; discrete?: number[] }) {
  const context = signalContext({ observation: 2, ...action, batchSize: B })
  return SignalBench.start(context, curiositySignal(context, curiositySettings.parse(overrides)), 1)
}

/** s = (1, 2), s' = (3, 4), action 1 of two. */
function transition(rows: SampledBatch): void {
  for (let i = 0; i < rows.rewards.length; i++) {
    rows.observations.set([1, 2], i * 2)
    rows.nextObservations.set([3, 4], i * 2)
    rows.discrete[i] = 1
  }
}

/** Weights by name: everything 0 except what is given, so that a hand can compute the rest. */
function setWeights(signal: SignalBench['signal'], weights: Record<string, number[]>): void {
  signal.parameters!.values.fill(0)
  for (const [name, values] of Object.entries(weights)) signal.parameters!.view(name).set(values)
}

const relu = (x: number) => Math.max(0, x)

describe('curiosity', () => {
  it('is half the squared error of the predicted features (Eq. 6), and its losses are Eq. 3 and 5', async () => {
    const curious = await bench({ ...tiny, learning_rate: 1e-12 }, { discrete: [2] })
    // phi(s) = relu(0.5 s0 + 0.25 s1): phi = 1, phi' = 2.5. f = 2 relu(0.3 phi + 0.7 a1 + 0.1) + 0.05.
    setWeights(curious.signal, {
      'encoder/hidden0/weight': [0.5, 0.25],
      'forward/hidden/weight': [0.3, 0, 0.7].flatMap((w) => [w, ...new Array(255).fill(0)]),
      'forward/hidden/bias': [0.1],
      'forward/out/weight': [2],
      'forward/out/bias': [0.05],
      // inverse: h = relu(phi + phi'), logits (0.2 h, -0.4 h)
      'inverse/hidden/weight': [1, 1].flatMap((w) => [w, ...new Array(255).fill(0)]),
      'inverse/out0/weight': [0.2, -0.4],
    })
    const error = (2 * relu(0.3 + 0.7 + 0.1) + 0.05 - 2.5) ** 2 / 2
    const [a0, a1] = [0.2 * 3.5, -0.4 * 3.5]
    const crossEntropy = Math.log(Math.exp(a0) + Math.exp(a1)) - a1
    expect(await curious.rewards(transition)).toEqual([0]) // before the first update
    const metrics = await curious.train(1, transition)
    expect(metrics['curiosity/forward_loss']).toBeCloseTo(error, 5)
    expect(metrics['curiosity/inverse_loss']).toBeCloseTo(crossEntropy, 5)
    expect((await curious.rewards(transition))[0]).toBeCloseTo(error, 4)
    await curious.release()
  })

  it('descends (1 - beta) L_I + beta L_F: the slopes of a hand computation', async () => {
    const curious = await bench({ ...tiny, learning_rate: 1e-12 }, { continuous: 1 })
    setWeights(curious.signal, {
      'encoder/hidden0/weight': [0.5, 0.25],
      'forward/out/bias': [0.5], // f = 0.5 whatever the features
      'inverse/continuous/bias': [0.3], // a^ = 0.3
    })
    await curious.train(1, (rows) => {
      transition(rows)
      rows.continuous.fill(-0.2)
    })
    const { parameters } = curious.signal
    const slope = (name: string) => {
      const bindings = parameters!.gradientBindings()
      return [...bindings[parameters!.gradientName(name)]!]
    }
    expect(slope('forward/out/bias')[0]).toBeCloseTo(0.2 * (0.5 - 2.5), 5) // d/df of (f - phi')^2 / 2
    expect(slope('inverse/continuous/bias')[0]).toBeCloseTo(0.8 * 2 * (0.3 + 0.2), 5)
    // d/dW of (0.5 - phi')^2 / 2 = (phi' - 0.5) s'
    expect(slope('encoder/hidden0/weight')[0]).toBeCloseTo(0.2 * 2 * 3, 5)
    expect(slope('encoder/hidden0/weight')[1]).toBeCloseTo(0.2 * 2 * 4, 5)
    await curious.release()
  })

  it.each([
    ['discrete', { discrete: [3, 2] }],
    ['continuous', { continuous: 2 }],
    ['both', { continuous: 1, discrete: [2] }],
  ])('falls where the agent has been, and stays where it has not: %s actions', async (_kind, action) => {
    const curious = await bench({ learning_rate: 1e-3, network_settings: { hidden_units: 16 } }, action)
    const around = (x: number) => (rows: SampledBatch, random?: Random) => {
      for (let i = 0; i < rows.rewards.length; i++) {
        const noise = random === undefined ? 0 : 0.1 * random.normal()
        rows.observations.set([x + noise, -x], i * 2)
        rows.nextObservations.set([x, noise - x], i * 2)
      }
      rows.continuous.fill(x / 4)
      rows.discrete.fill(1)
    }
    await curious.train(1, around(1))
    const before = [...(await curious.rewards(around(1))), ...(await curious.rewards(around(-3)))]
    await curious.train(200, around(1))
    const after = [...(await curious.rewards(around(1))), ...(await curious.rewards(around(-3)))]
    expect(after[0]! / before[0]!).toBeLessThan(0.2)
    expect(after[1]! / before[1]!).toBeGreaterThan(0.5)
    await curious.release()
  })

  it('pays at most 1 after its strength', async () => {
    const curious = await bench({ strength: 4, learning_rate: 1e-12 }, { discrete: [2] })
    await curious.train(1, transition)
    const far = (rows: SampledBatch) => {
      transition(rows)
      rows.nextObservations.fill(1000)
    }
    expect(await curious.rewards(far)).toEqual([0.25])
    await curious.release()
  })

  it('normalises by what the agent sees before it acts', async () => {
    const settings = { network_settings: { hidden_units: 8, normalize: true } }
    const curious = await bench(settings, { discrete: [2] })
    await curious.train(2, transition)
    // zeros are taken for seen before all
    const share = (2 * B) / (2 * B + 1)
    const mean = curious.signal.bindings()['curiosity-normalizer/mean']!
    expect([mean[0], mean[1]]).toEqual([expect.closeTo(share, 5), expect.closeTo(2 * share, 5)])
    await curious.release()
  })

  it('goes on after a restart as if there had been none', async () => {
    const settings = { learning_rate: 1e-3, network_settings: { hidden_units: 8, normalize: true } }
    const first = await bench(settings, { discrete: [2] })
    await first.train(20, transition)
    const second = await bench(settings, { discrete: [2] })
    second.signal.load(structuredClone(first.signal.save()))
    expect(await second.rewards(transition)).toEqual(await first.rewards(transition))
    expect(await second.train(5, transition)).toEqual(await first.train(5, transition))
    expect(await second.rewards(transition)).toEqual(await first.rewards(transition))
    await first.release()
    await second.release()
  })
})
