import { describe, expect, it } from 'vitest'
import { emptyAction, makeEnvironment, scriptedPlayer } from '../../../core/envs/index.ts'
import { UserError } from '../../../core/errors.ts'
import type { DemonstrationData } from '../../../core/learn/index.ts'
import { learnOn, PlayLoop, sacBasic, walkRight } from '../play-loop.ts'
import '../reach.ts'

const memory = { memory_size: 16, sequence_length: 8 }

const length = 4

function recall(
  seed: number,
  network: Record<string, unknown>,
  reward_signals: Record<string, unknown> = { extrinsic: { gamma: 0.95 } },
  demonstrations: DemonstrationData | null = null,
): Promise<PlayLoop> {
  return PlayLoop.start({
    environment: 'recall',
    parameters: { length },
    seed,
    demonstrations,
    settings: {
      trainer_type: 'sac',
      hyperparameters: {
        batch_size: 128,
        buffer_init_steps: 400,
        learning_rate: 5e-3,
        steps_per_update: 8,
        tau: 0.02,
        init_entcoef: 0.1,
        entcoef_learning_rate: 3e-3,
        target_entropy_start: 0.5,
        target_entropy_end: 0.05,
        target_entropy_anneal_steps: 1250,
      },
      network_settings: { hidden_units: 16, num_layers: 1, ...network },
      reward_signals,
    },
  })
}

/** Episodes of the player that remembers, as a learner sees them. */
function attentivePlay(episodes: number): DemonstrationData {
  const environment = makeEnvironment('recall', { length })
  const player = scriptedPlayer(environment.spec)!
  const [steps, action, view] = [length + 2, emptyAction(environment.spec), new Float32Array(4)]
  const M = episodes * steps
  const data = {
    length: M,
    observations: new Float32Array(M * 4),
    nextObservations: new Float32Array(M * 4),
    continuous: new Float32Array(0),
    discrete: new Int32Array(M),
    rewards: new Float32Array(M),
    terminated: new Uint8Array(M),
    truncated: new Uint8Array(M),
  }
  for (let row = 0; row < M; row++) {
    if (row % steps === 0) environment.reset(row, view)
    data.observations.set(view, row * 4)
    player.act(environment, view, action)
    data.discrete[row] = action.discrete[0]!
    data.rewards[row] = environment.step(action, view).reward
    data.nextObservations.set(view, row * 4)
    data.terminated[row] = Number(row % steps === steps - 1)
  }
  return data
}

const basic = {
  ...sacBasic,
  hyperparameters: { ...sacBasic.hyperparameters, buffer_init_steps: 200, steps_per_update: 8 },
  network_settings: { ...sacBasic.network_settings, num_layers: 1, memory },
}

describe('SAC with memory', () => {
  it.each([1, 2, 3])('masters recall, seed %i', async (seed) => {
    const loop = await recall(seed, { memory })
    await loop.run(2504)
    expect(loop.recentReturn(500)).toBeGreaterThan(0.9)
    await loop.algorithm.release()
  })

  it('does not master it without memory', async () => {
    const loop = await recall(1, {})
    await loop.run(2504)
    // 167 episodes that pay 1 or -1 by chance: three standard errors are 0.23
    expect(Math.abs(loop.recentReturn(1000))).toBeLessThan(0.25)
    await loop.algorithm.release()
  })

  it('continues bit for bit after saving and loading, in the middle of episodes', async () => {
    const straight = await PlayLoop.start({ environment: 'basic', settings: basic })
    await straight.run(360)
    const saved = structuredClone(straight.algorithm.save())
    const before = Buffer.from(straight.algorithm.exportPolicy())
    const other = await PlayLoop.start({ environment: 'basic', settings: basic, seed: 99 })
    other.algorithm.load(saved)
    other.random.restore(straight.random.save())
    const after = await learnOn(straight, 23)
    expect(after.equals(before)).toBe(false)
    expect((await learnOn(other, 23)).equals(after)).toBe(true)
  })

  it('learns from two discounts at once, one of them of GAIL', async () => {
    const gail = {
      gamma: 0.8,
      strength: 0.02,
      use_actions: true,
      absorbing_states: true,
      gradient_penalty: 1,
    }
    const loop = await recall(1, { memory }, { extrinsic: { gamma: 0.95 }, gail }, attentivePlay(20))
    await loop.run(2504)
    expect(loop.recentReturn(500)).toBeGreaterThan(0.9)
    expect(loop.algorithm.metrics.drain()['gail/accuracy_demonstrations']).toBeGreaterThan(0)
    await loop.algorithm.release()
  })

  it('moves continuous actions to where the reward is', async () => {
    const loop = await PlayLoop.start({
      environment: 'test/reach',
      settings: {
        trainer_type: 'sac',
        hyperparameters: {
          batch_size: 64,
          buffer_init_steps: 400,
          learning_rate: 3e-3,
          init_entcoef: 0.1,
          steps_per_update: 8,
        },
        network_settings: { hidden_units: 16, num_layers: 1, memory },
        reward_signals: { extrinsic: { gamma: 0.5 } },
      },
    })
    await loop.run(400)
    const before = loop.recentReturn(400)
    await loop.run(3000)
    expect(before).toBeLessThan(-0.8)
    expect(loop.recentReturn(1000)).toBeGreaterThan(-0.25)
    await loop.algorithm.release()
  })

  it.each([
    ['cloning', { behavioral_cloning: {} }],
    ['demonstration rows', { hyperparameters: { demonstration_share: 0.5 } }],
    ['n-step returns', { hyperparameters: { n_step: 3 } }],
  ])('refuses %s beside it', async (_, over) => {
    const start = PlayLoop.start({
      environment: 'basic',
      demonstrations: walkRight(),
      settings: { ...basic, ...over },
    })
    await expect(start).rejects.toThrow(UserError)
  })
})
