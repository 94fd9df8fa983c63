/**
 * The settings of one behaviour, in ML-Agents' layout and key names (release 21), so that a user's existing file loads.
 * Keys that ML-Agents does not have are marked "ours". Every default is ML-Agents' unless the description says why not.
 */
import { z } from 'zod'
import { cloningSettings } from './cloning.ts'
import { networkProblems } from './networks/bodies.ts'

export const memorySettings = z
  .strictObject({
    memory_size: z
      .int()
      .min(2)
      .multipleOf(2)
      .default(128)
      .describe('Numbers remembered from step to step: half hidden, half cell state of an LSTM; even'),
    sequence_length: z
      .int()
      .min(1)
      .default(64)
      .describe('Steps of one sequence: how far back an update sees what led to a memory'),
    burn_in: z
      .int()
      .min(0)
      .optional()
      .describe(
        'Ours, SAC only: steps before each sequence that fill the memory and teach nothing; absent: half of sequence_length',
      ),
  })
  .describe('Memory from step to step; none unless set')

export const networkSettings = z
  .strictObject({
    normalize: z
      .boolean()
      .default(false)
      .describe('Normalise vector observations by their running mean and variance'),
    hidden_units: z.int().min(1).max(4096).default(128).describe('Units of each hidden layer'),
    num_layers: z.int().min(1).max(8).default(2).describe('Hidden layers'),
    vis_encode_type: z
      .enum(['simple', 'nature_cnn', 'resnet', 'match3', 'fully_connected'])
      .default('simple')
      .describe(
        'Encoder of images: two convolutions, three (nature_cnn), fifteen (resnet), two small ones (match3), none',
      ),
    network_type: z
      .string()
      .default('dense')
      .describe('Ours: hidden layers: dense, residual, or a kind of your own (registerNetwork)'),
    network_options: z
      .record(z.string(), z.unknown())
      .default({})
      .describe('Ours: settings of the network_type'),
    shared_head: z
      .boolean()
      .default(true)
      .describe(
        'Ours: one small network shared by all rows of an observation that an action branch is aligned with',
      ),
    head_units: z.int().min(1).max(1024).default(64).describe('Ours: units of each layer of the shared head'),
    layer_norm: z
      .boolean()
      .default(true)
      .describe('Ours: layer normalisation in the hidden layers of critics'),
    memory: memorySettings.nullish(),
    deterministic: z.boolean().default(false).describe('Always take the most likely action when acting'),
  })
  .superRefine(({ network_type, network_options }, context) => {
    for (const { path, message } of networkProblems(network_type, network_options)) {
      context.addIssue({ code: 'custom', path, message })
    }
  })
  .describe('The network of policy and critics')

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
    .describe('Environment steps between two summaries; ML-Agents has 50000'),
  checkpoint_interval: z
    .int()
    .min(1)
    .default(10_000)
    .describe('Environment steps between two checkpoints; ML-Agents has 500000'),
  even_checkpoints: z
    .boolean()
    .default(false)
    .describe('Take checkpoint_interval from max_steps / keep_checkpoints'),
  keep_checkpoints: z.int().min(1).default(5).describe('Checkpoints kept; the oldest go first'),
})

export type MemorySettings = z.infer<typeof memorySettings>
export type NetworkSettings = z.infer<typeof networkSettings>
export type BehaviorSettings = z.infer<typeof behaviorSettings>
