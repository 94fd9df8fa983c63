/** One reward signal by itself: built, trained on batches that the test makes, and asked for its reward. */
import type { EnvironmentSpec } from '../../core/envs/index.ts'
import type { DemonstrationData } from '../../core/experience/transitions.ts'
import { Metrics } from '../../core/learn/metrics.ts'
import { ActionLayout } from '../../core/learn/networks/action-layout.ts'
import {
  makeSampledBatch,
  type ReplayShape,
  type SampledBatch,
} from '../../core/learn/off-policy/replay-buffer.ts'
import type { RewardSignal } from '../../core/learn/signals/reward-signal.ts'
import type { SignalContext } from '../../core/learn/signals/signals.ts'
import { transitionInputs } from '../../core/learn/signals/transition-inputs.ts'
import { type Reading, Update } from '../../core/learn/update.ts'
import { Random } from '../../core/random.ts'
import { allocateParameters, loadRuntime, mul } from '../../core/tensor/index.ts'

export function signalContext(options: {
  readonly observation: number
  readonly continuous?: number
  readonly discrete?: readonly number[]
  readonly batchSize: number
  readonly demonstrations?: DemonstrationData
}): SignalContext {
  const { observation, continuous = 0, discrete = [], batchSize, demonstrations = null } = options
  const spec: EnvironmentSpec = {
    id: 'test',
    title: 'test',
    description: '',
    version: 1,
    parameters: {},
    observations: [{ name: 'state', shape: [observation], description: '' }],
    action: { continuous, discrete: [...discrete] },
    score: { unit: 'step', units: 'steps', measure: 'length' },
  }
  const shape: ReplayShape = { observation, continuous, branches: discrete.length, mask: 0 }
  return { spec, layout: new ActionLayout(spec), shape, batchSize, demonstrations, random: new Random(7) }
}

export class SignalBench {
  readonly signal: RewardSignal
  readonly metrics = new Metrics()
  /** What updates and batches are drawn from. */
  readonly random: Random
  readonly #judgement: Update
  readonly #rewards: Reading
  readonly #rows: SampledBatch

  /** @param rows  how many transitions are judged at once */
  private constructor({ layout, shape, random }: SignalContext, signal: RewardSignal, rows: number) {
    this.signal = signal
    this.random = random
    this.#rows = makeSampledBatch(rows, shape)
    this.#judgement = new Update()
    const inputs = transitionInputs(this.#judgement, layout, shape, this.#rows)
    this.#rewards = this.#judgement.read(mul(signal.reward(this.#judgement.graph, inputs), 1))
  }

  /** @param rows  how many transitions are judged at once */
  static async start(context: SignalContext, signal: RewardSignal, rows: number): Promise<SignalBench> {
    const bench = new SignalBench(context, signal, rows)
    if (signal.parameters !== null) allocateParameters([signal.parameters], new Random(1))
    const runtime = await loadRuntime('onnxruntime')
    await signal.compile(runtime, 1)
    await bench.#judgement.compile(runtime, 1, [], signal.bindings())
    return bench
  }

  /** The reward of the transitions that `fill` writes. */
  async rewards(fill: (rows: SampledBatch) => void): Promise<number[]> {
    fill(this.#rows)
    await this.#judgement.run()
    return [...this.#rewards()]
  }

  /** Updates on batches that `fill` writes, and what was measured meanwhile. */
  async train(
    updates: number,
    fill: (rows: SampledBatch, random: Random) => void,
  ): Promise<Record<string, number>> {
    for (let i = 0; i < updates; i++) {
      await this.signal.update(this.metrics, (rows) => fill(rows, this.random))
    }
    return this.metrics.drain()
  }

  async release(): Promise<void> {
    await this.#judgement.release()
    await this.signal.release()
  }
}
