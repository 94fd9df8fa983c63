/** Advantages and returns of a judged buffer against values computed from the papers (test/golden/advantages.py). */
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { Metrics } from '../../../core/learn/metrics.ts'
import { estimateAdvantages } from '../../../core/learn/on-policy/advantages.ts'
import { RolloutBuffer } from '../../../core/learn/on-policy/rollout-buffer.ts'
import { computedSignal } from '../../../core/learn/signals/reward-signal.ts'
import { distance } from '../../golden/golden.ts'

interface Fixture {
  /** S; `absorbing` is the reward of one step after a true end, before `strength` */
  readonly signals: readonly { name: string; gamma: number; strength: number; absorbing: number | null }[]
  readonly lambda: number
  /** [N], whose step each row is */
  readonly environments: readonly number[]
  readonly terminated: readonly number[]
  readonly cut: readonly number[]
  /** [N, S] */
  readonly rewards: readonly number[][]
  readonly values: readonly number[][]
  /** [N, S], of what was seen after the row; counts where the trajectory is cut and was not over */
  readonly valuesAfter: readonly number[][]
  readonly expected: {
    readonly advantages: number[]
    readonly returns: number[][]
    readonly metrics: Record<string, number>
  }
}

const golden = JSON.parse(
  readFileSync(new URL('../../golden/fixtures/parts/advantages.json', import.meta.url), 'utf8'),
) as Fixture
const E = 2
const nothing = new Float32Array(0)

/** The rows of the fixture, judged. */
function filled(): RolloutBuffer {
  const { environments, signals } = golden
  const N = environments.length
  const shape = { observation: 0, continuous: 0, branches: 0, mask: 0 }
  const buffer = new RolloutBuffer(N / E, E, shape, signals.length)
  for (const [row, e] of environments.entries()) {
    const step = {
      observations: nothing,
      nextObservations: nothing,
      actions: { continuous: nothing, discrete: new Int32Array(0) },
      rewards: new Float32Array(E),
      terminated: new Uint8Array(E).fill(golden.terminated[row]!),
      truncated: new Uint8Array(E),
      masks: null,
    }
    buffer.addRow(step, e, golden.cut[row] === 1)
  }
  buffer.close()
  buffer.signalRewards.set(golden.rewards.flat())
  buffer.values.set(golden.values.flat())
  for (const cut of buffer.cuts) cut.values.set(golden.valuesAfter[cut.row]!)
  return buffer
}

it('are those of the paper at true ends, with and without an absorbing state, at limits and where the buffer ends', () => {
  const buffer = filled()
  const metrics = new Metrics()
  const signals = golden.signals.map((signal) =>
    computedSignal({ ...signal, reward: (_, { reward }) => reward }),
  )
  const options = { signals, E, lambda: golden.lambda, steps: 0, metrics }
  estimateAdvantages(buffer, options, (s) => golden.signals[s]!.absorbing ?? undefined)
  const { expected } = golden
  expect(distance(buffer.advantages, expected.advantages)).toBeLessThan(1e-6)
  expect(distance(buffer.returns, expected.returns.flat())).toBeLessThan(1e-6)
  const means = metrics.drain()
  for (const [name, value] of Object.entries(expected.metrics)) expect(means[name]).toBeCloseTo(value, 6)
})
