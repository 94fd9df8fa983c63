/** The `behavioral_cloning` section; what it does is in cloning.ts. */
import { z } from 'zod'

export const cloningSettings = z
  .strictObject({
    demo_path: z
      .string()
      .optional()
      .describe('File or folder of demonstrations; the library is used when it is absent')
      .meta({ title: 'File of demonstrations' }),
    strength: z.number().min(0).default(1).describe("Weight of the cloning loss beside the policy's own"),
    steps: z
      .int()
      .min(0)
      .default(0)
      .describe('Environment steps over which the strength falls linearly to 0; 0 keeps it')
      .meta({ title: 'Steps of annealing' }),
    batch_size: z.int().min(1).default(128).describe('Demonstration rows per gradient'),
    samples_per_update: z.literal(0).default(0).describe('Every gradient of the policy clones here'),
    pretrain_updates: z
      .int()
      .min(0)
      .default(0)
      .describe('Ours: gradients of cloning alone before the first environment step')
      .meta({ title: 'Updates of pretraining' }),
    pretrain_learning_rate: z
      .number()
      .positive()
      .default(1e-3)
      .describe('Ours: step size of the pretraining')
      .meta({ title: 'Learning rate of pretraining' }),
    weight_decay: z
      .number()
      .min(0)
      .default(1e-2)
      .describe('Ours: decoupled weight decay of the pretraining; few demonstrations overfit soon'),
  })
  .describe('Copies what was demonstrated, beside the reward')
  .meta({ title: 'Behavioural cloning' })

export type CloningSettings = z.infer<typeof cloningSettings>
