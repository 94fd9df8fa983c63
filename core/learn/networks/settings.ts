/** What a network is made of, in ML-Agents' layout and key names; keys that ML-Agents does not have are marked "ours". */
import { z } from 'zod'

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
        'Ours, SAC only: steps before each sequence that fill the memory and teach nothing; absent: half of the sequence',
      )
      .meta({ title: 'Burn-in' }),
  })
  .describe('Remembers from step to step what can no longer be seen (LSTM)')
  .meta({ title: 'Memory' })

export const networkSettings = z
  .strictObject({
    normalize: z
      .boolean()
      .default(false)
      .describe('Normalise vector observations by their running mean and variance')
      .meta({ title: 'Normalise observations' }),
    hidden_units: z.int().min(1).max(4096).default(128).describe('Units of each hidden layer'),
    num_layers: z.int().min(1).max(8).default(2).describe('Hidden layers').meta({ title: 'Layers' }),
    vis_encode_type: z
      .enum(['simple', 'nature_cnn', 'resnet', 'match3', 'fully_connected'])
      .default('simple')
      .describe(
        'Encoder of images: two convolutions, three (as in Nature), fifteen (resnet), two small ones (match3), none',
      )
      .meta({ title: 'Image encoder' }),
    network_type: z
      .string()
      .default('dense')
      .describe('Ours: hidden layers: dense, residual, or a kind of your own (registerNetwork)'),
    network_options: z
      .record(z.string(), z.unknown())
      .default({})
      .describe('Ours: settings of this kind of network'),
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
      .describe('Ours: layer normalisation in the hidden layers of critics')
      .meta({ title: 'Layer normalisation' }),
    memory: memorySettings.nullish(),
    deterministic: z.boolean().default(false).describe('Always take the most likely action when acting'),
  })
  .describe('The network of policy and critics')

export type MemorySettings = z.infer<typeof memorySettings>
export type NetworkSettings = z.infer<typeof networkSettings>
