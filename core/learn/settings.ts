/**
 * The settings of one behaviour, in ML-Agents' layout and key names (release 21), so that a user's existing file loads.
 * Keys that ML-Agents does not have are marked "ours". Every default is ML-Agents' unless the description says why not.
 */
import { z } from 'zod'
import { cloningSettings } from './cloning-settings.ts'
import { networkProblems } from './networks/bodies.ts'
import { networkSettings as plainNetworkSettings } from './networks/settings.ts'

export { type MemorySettings, memorySettings, type NetworkSettings } from './networks/settings.ts'

/** With what its `network_type` says of its `network_options`. */
export const networkSettings = plainNetworkSettings.superRefine(
  ({ network_type, network_options }, context) => {
    for (const { path, message } of networkProblems(network_type, network_options)) {
      context.addIssue({ code: 'custom', path, message })
    }
  },
)

/**
 * One entry under `behaviors:`. `hyperparameters` is checked by the schema of the algorithm it names, each
 * section under `reward_signals` by that of the signal.
 */
export const behaviorSettings = z.strictObject({
  trainer_type: z.string().default('ppo').describe('Algorithm'),
  hyperparameters: z.record(z.string(), z.unknown()).default({}),
  network_settings: networkSettings.prefault({}),
  reward_signals: z
    .record(z.string(), z.record(z.string(), z.unknown()).nullable())
    .default({ extrinsic: {} })
    .describe('Where rewards come from; null switches a signal off'),
  behavioral_cloning: cloningSettings.nullish(),
  max_steps: z.int().min(1).default(500_000).describe('Environment steps of the whole run'),
  time_horizon: z
    .int()
    .min(1)
    .default(64)
    .describe('Steps after which a trajectory is cut for the on-policy learner'),
  summary_freq: z
    .int()
    .min(1)
    .default(1_000)
    .describe('Environment steps between two summaries; ML-Agents has 50000')
    .meta({ title: 'Steps between summaries' }),
  checkpoint_interval: z
    .int()
    .min(1)
    .default(10_000)
    .describe('Environment steps between two checkpoints; ML-Agents has 500000')
    .meta({ title: 'Steps between checkpoints' }),
  even_checkpoints: z
    .boolean()
    .default(false)
    .describe('Take checkpoint_interval from max_steps / keep_checkpoints'),
  keep_checkpoints: z
    .int()
    .min(1)
    .default(5)
    .describe('Checkpoints kept; the oldest go first')
    .meta({ title: 'Checkpoints kept' }),
})

export type BehaviorSettings = z.infer<typeof behaviorSettings>
