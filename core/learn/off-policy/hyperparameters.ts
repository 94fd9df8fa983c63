/** The hyperparameters that off-policy learners share, in ML-Agents' names. */
import { z } from 'zod'

export const offPolicyHyperparameters = {
  batch_size: z.int().min(1).default(128).describe('Transitions per gradient update'),
  buffer_size: z.int().min(1).default(50_000).describe('Transitions that are remembered'),
  buffer_init_steps: z
    .int()
    .min(0)
    .default(1_000)
    .describe(
      'Environment steps of random play before learning, of a pretrained policy if there is one; ML-Agents has 0 and lets the policy play',
    )
    .meta({ title: 'Steps before learning' }),
  steps_per_update: z.number().positive().default(1).describe('Environment steps per gradient update'),
  n_step: z
    .int()
    .min(1)
    .max(64)
    .default(1)
    .describe('Ours: rewards summed before the value of the state that follows them is used')
    .meta({ title: 'Steps of a return' }),
  demonstration_share: z
    .number()
    .min(0)
    .max(0.9)
    .default(0)
    .describe('Ours: share of each batch that are demonstration rows'),
}

/** As a learner is given them. */
export type OffPolicyHyperparameters = {
  readonly [K in keyof typeof offPolicyHyperparameters]: z.infer<(typeof offPolicyHyperparameters)[K]>
}
