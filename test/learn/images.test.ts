import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { recordEpisode } from '../../core/demos/index.ts'
import { makeEnvironment, scriptedPlayer } from '../../core/envs/index.ts'
import { agentPlayer, evaluatePlayer } from '../../core/evaluate/index.ts'
import type { DemonstrationData } from '../../core/learn/index.ts'
import { openLibrary } from '../../core/store/index.ts'
import { openModel } from '../../core/tensor/runtimes/onnxruntime.ts'
import { resolveConfig } from '../../core/train/config.ts'
import { demonstrationData } from '../../core/train/demonstrations.ts'
import type { TrainerMessage } from '../../core/train/messages.ts'
import { Trainer } from '../../core/train/trainer.ts'
import { temporaryDirectory } from '../store/support.ts'

const small = { gridSize: 3 }
const environment = () => makeEnvironment('grid', small)

async function train(
  behavior: Record<string, unknown>,
  demonstrations: DemonstrationData | null = null,
  report: (message: TrainerMessage) => void = () => {},
): Promise<string> {
  const runDirectory = temporaryDirectory()
  const config = resolveConfig({
    behaviors: { grid: { network_settings: { hidden_units: 64, num_layers: 1 }, ...behavior } },
    env_settings: { env: 'grid', parameters: small, num_envs: 8, seed: 1 },
  })
  const trainer = await Trainer.create({
    config,
    runDirectory,
    demonstrations,
    resume: false,
    initializeFrom: null,
    report,
  })
  await trainer.run()
  return runDirectory
}

async function demonstrations(episodes: number): Promise<DemonstrationData> {
  const played = environment()
  const library = openLibrary(temporaryDirectory())
  const rows = []
  for (let seed = 0; seed < episodes; seed++) {
    const { episodeId } = await recordEpisode(library, played, scriptedPlayer(played.spec)!, seed)
    rows.push({ label: `episode ${seed}`, episode: library.readEpisode(episodeId!) })
  }
  return demonstrationData(played.spec, rows)
}

async function winRate(runDirectory: string): Promise<number> {
  const player = await agentPlayer(environment().spec, runDirectory)
  const seeds = Array.from({ length: 50 }, (_, i) => 1_000_000 + i)
  return (await evaluatePlayer(environment(), player, seeds)).winRate!
}

describe('learning from images', () => {
  it('PPO finds the plus on a board of 3 x 3, and its export takes images of rank 4', async () => {
    const directory = await train({
      trainer_type: 'ppo',
      hyperparameters: { batch_size: 128, buffer_size: 512, learning_rate: 3e-3, beta: 0.01 },
      reward_signals: { extrinsic: { gamma: 0.9 } },
      max_steps: 10_000,
    })
    expect(await winRate(directory)).toBeGreaterThan(0.8)
    const model = await openModel(await readFile(join(directory, 'agent.onnx')))
    const image = model.inputs.find(({ name }) => name === 'obs_0')
    expect(image?.shape.slice(1)).toEqual([3, 20, 20])
  })

  it('cloning copies the shortest ways of the scripted player', async () => {
    const directory = await train(
      {
        trainer_type: 'bc',
        hyperparameters: { batch_size: 64 },
        reward_signals: { extrinsic: {} },
        max_steps: 2_000,
      },
      await demonstrations(80),
    )
    expect(await winRate(directory)).toBeGreaterThan(0.7)
  })

  it('SAC and the gradient penalty of GAIL go through the convolutions', async () => {
    const penalties: number[] = []
    await train(
      {
        trainer_type: 'sac',
        hyperparameters: {
          batch_size: 32,
          buffer_init_steps: 200,
          steps_per_update: 8,
          demonstration_share: 0.25,
        },
        reward_signals: { extrinsic: { gamma: 0.9 }, gail: { gamma: 0.9, strength: 0.1, use_actions: true } },
        max_steps: 800,
        summary_freq: 100,
      },
      await demonstrations(10),
      (message) => {
        if (message.type !== 'metrics') return
        penalties.push(
          ...message.rows.filter(({ name }) => name === 'gail/gradient_penalty').map(({ value }) => value),
        )
      },
    )
    expect(penalties.length).toBeGreaterThan(0)
    for (const penalty of penalties) expect(penalty).toBeGreaterThan(0)
  })
})
