/** Steps that were made elsewhere are compared with whoever made them, not with the network that learns from them. */
import { expect, it } from 'vitest'
import { makeActionBatch } from '../../../core/experience/transitions.ts'
import { PlayLoop } from '../play-loop.ts'

const E = 4

/** @param shift  added to what the policy itself says of its actions; null: nothing is said @returns the mean of the first update */
async function learn(shift: number | null, reload = false): Promise<Record<string, number>> {
  const start = () =>
    PlayLoop.start({
      environment: 'basic',
      numEnvs: E,
      settings: {
        trainer_type: 'ppo',
        hyperparameters: { buffer_size: 16, batch_size: 16, num_epoch: 1 },
        network_settings: { hidden_units: 8, normalize: true },
      },
    })
  let { algorithm } = await start()
  for (let t = 0; t < 4; t++) {
    if (reload && t === 2) {
      const saved = structuredClone(algorithm.save())
      ;({ algorithm } = await start())
      algorithm.load(saved)
    }
    const observations = Float32Array.from({ length: E * 20 }, (_, i) => Math.sin(i + t))
    const actions = { ...makeActionBatch(E, 0, 1), ...(shift === null ? {} : { logPi: new Float32Array(E) }) }
    await algorithm.act(observations, null, actions)
    for (let e = 0; e < E; e++) if (shift !== null) actions.logPi![e]! += shift
    algorithm.observe({
      observations,
      nextObservations: observations,
      actions,
      rewards: Float32Array.from({ length: E }, (_, e) => e),
      terminated: new Uint8Array(E),
      truncated: new Uint8Array(E),
      masks: null,
    })
  }
  expect(await algorithm.update()).toBe(1)
  await algorithm.release()
  return algorithm.metrics.drain()
}

it('PPO takes the ratio to the policy that acted', async () => {
  const ratio = 3
  const metrics = await learn(-Math.log(ratio))
  // The statistics of the first buffer move the network's own opinion a little.
  expect(metrics['policy/clip_fraction']).toBe(1)
  expect(metrics['policy/kl']).toBeGreaterThan(0.7)
  const alone = await learn(null)
  expect(alone['policy/clip_fraction']).toBeLessThan(0.5)
  expect(alone['policy/kl']).toBeLessThan(0.1)
})

it('what is said by the policy that learns is what would be judged', async () => {
  const [said, judged] = [await learn(0), await learn(null)]
  for (const [name, value] of Object.entries(judged)) expect(said[name]).toBeCloseTo(value, 5)
})

it('what was said is still known after a checkpoint in the middle of a buffer', async () => {
  // of ratios that are e: e - 1 - ln e; where half of them were judged, half of that
  expect((await learn(-1, true))['policy/kl']).toBeGreaterThan(0.7)
})
