import { describe, expect, it } from 'vitest'
import type { SampledBatch } from '../../../core/learn/off-policy/replay-buffer.ts'
import { rndSettings, rndSignal } from '../../../core/learn/signals/rnd.ts'
import { RunningDeviation } from '../../../core/learn/signals/running-deviation.ts'
import { SignalBench, signalContext } from '../signal-bench.ts'

const B = 32

function bench(overrides: Record<string, unknown>) {
  const context = signalContext({ observation: 2, discrete: [2], batchSize: B })
  return SignalBench.start(context, rndSignal(context, rndSettings.parse(overrides)), 1)
}

/** Transitions that lead to (x, -x). */
function to(x: number) {
  return (rows: SampledBatch) => {
    for (let i = 0; i < rows.rewards.length; i++) rows.nextObservations.set([x, -x], i * 2)
  }
}

describe('random network distillation', () => {
  it('is the squared distance to the fixed network, and only the predictor climbs down it', async () => {
    const novelty = await bench({
      learning_rate: 1e-12,
      network_settings: { hidden_units: 1, num_layers: 1 },
    })
    const { signal } = novelty
    const parameters = signal.parameters!
    parameters.values.fill(0)
    // f(x) = 3 relu(x0) + 1, f^(x) = 2 relu(0.5 x0)
    parameters.view('target/hidden0/weight').set([1, 0])
    parameters.view('target/out/weight').set([3])
    parameters.view('target/out/bias').set([1])
    parameters.view('predictor/hidden0/weight').set([0.5, 0])
    parameters.view('predictor/out/weight').set([2])
    const difference = 2 * 1 - (3 * 2 + 1)
    expect((await novelty.rewards(to(2)))[0]).toBeCloseTo(difference ** 2, 4)
    const metrics = await novelty.train(1, to(2))
    expect(metrics['rnd/loss']).toBeCloseTo(difference ** 2, 4)
    const slope = (name: string) => parameters.gradientBindings()[parameters.gradientName(name)]![0]
    expect(slope('predictor/out/bias')).toBeCloseTo(2 * difference, 4)
    expect(slope('predictor/out/weight')).toBeCloseTo(2 * difference * 1, 4)
    expect(slope('predictor/hidden0/weight')).toBeCloseTo(2 * difference * 2 * 2, 4)
    await novelty.release()
  })

  it('never moves its target', async () => {
    const novelty = await bench({ learning_rate: 1e-2 })
    const parameters = novelty.signal.parameters!
    const copies = () => parameters.names.map((name) => ({ name, values: parameters.view(name).slice() }))
    const before = copies()
    await novelty.train(50, to(1))
    copies().forEach(({ name, values }, i) => {
      const moved = values.some((value, k) => value !== before[i]!.values[k])
      expect(moved, name).toBe(name.startsWith('predictor/'))
    })
    await novelty.release()
  })

  it('falls where the agent has been, and stays where it has not', async () => {
    const novelty = await bench({ learning_rate: 1e-3, network_settings: { hidden_units: 16 } })
    const before = [...(await novelty.rewards(to(1))), ...(await novelty.rewards(to(-3)))]
    await novelty.train(200, to(1))
    const after = [...(await novelty.rewards(to(1))), ...(await novelty.rewards(to(-3)))]
    expect(after[0]! / before[0]!).toBeLessThan(0.1)
    expect(after[1]! / before[1]!).toBeGreaterThan(0.5)
    await novelty.release()
  })

  it('divides by the deviation of the errors when it is told to', async () => {
    const plain = await bench({ learning_rate: 1e-12 })
    const scaled = await bench({ learning_rate: 1e-12, normalize_reward: true })
    const mixed = (rows: SampledBatch) => {
      for (let i = 0; i < rows.rewards.length; i++) rows.nextObservations.set([i % 2, 1 - (i % 2)], i * 2)
    }
    const metrics = await plain.train(3, mixed)
    await scaled.train(3, mixed)
    const deviation = new RunningDeviation()
    for (const x of [0, 1]) {
      const land = (rows: SampledBatch) => rows.nextObservations.set([x, 1 - x])
      deviation.update(Float32Array.from(await plain.rewards(land)))
    }
    expect(metrics['rnd/deviation']).toBeCloseTo(deviation.value, 4)
    const [reward] = await plain.rewards(to(1))
    expect((await scaled.rewards(to(1)))[0]).toBeCloseTo(reward! / deviation.value, 3)
    await plain.release()
    await scaled.release()
  })

  it.each([{ normalize_reward: true }, { network_settings: { hidden_units: 8, normalize: true } }])(
    'pays nothing by statistics that have seen nothing: %o',
    async (settings) => {
      const fresh = await bench(settings)
      expect([...(await fresh.rewards(to(1)))].every((reward) => reward === 0)).toBe(true)
      await fresh.train(1, to(-1))
      expect((await fresh.rewards(to(1)))[0]).toBeGreaterThan(0)
      await fresh.release()
    },
  )

  it('goes on after a restart as if there had been none', async () => {
    const settings = { normalize_reward: true, network_settings: { hidden_units: 8, normalize: true } }
    const first = await bench(settings)
    await first.train(20, to(1))
    const second = await bench(settings)
    second.signal.load(structuredClone(first.signal.save()))
    expect(await second.rewards(to(2))).toEqual(await first.rewards(to(2)))
    expect(await second.train(5, to(2))).toEqual(await first.train(5, to(2)))
    expect(await second.rewards(to(2))).toEqual(await first.rewards(to(2)))
    await first.release()
    await second.release()
  })
})
