/** The `behavioral_cloning` section; what it does is in cloning.ts. */
import { z } from 'zod'

export const cloningSettings = z
  .strictObject({
    demo_path: z
      .string()
      .optional()
      .describe('File or folder of demonstrations; the library is used when it is absent'),
    strength: z.number().min(0).default(1).describe("Weight of the cloning loss beside the policy's own"),
    steps: z
      .int()
      .min(0)
      .default(0)
      .describe('Environment steps over which the strength falls linearly to 0; 0 keeps it'),
    batch_size: z.int().min(1).default(128).describe('Demonstration rows per gradient'),
    num_epoch: z.int().min(1).nullish().describe('Without meaning here: every gradient of the policy clones'),
    samples_per_update: z.int().min(0).default(0).describe('Without meaning here, as num_epoch'),
    pretrain_updates: z
      .int()
      .min(0)
      .default(0)
      .describe('Ours: gradients of cloning alone before the first environment step'),
    pretrain_learning_rate: z
      .number()
      .positive()
      .default(1e-3)
      .describe('Ours: step size of the pretraining'),
    weight_decay: z
      .number()
      .min(0)
      .default(1e-2)
      .describe('Ours: decoupled weight decay of the pretraining; few demonstrations overfit soon'),
  })
  .describe('Cloning of the demonstrations beside the reward')

export type CloningSettings = z.infer<typeof cloningSettings>
