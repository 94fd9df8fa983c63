/** What can be set of PPO, with memory or without. */
import { z } from 'zod'

const scheduleKind = z.enum(['linear', 'constant'])

export const ppoHyperparameters = z.strictObject({
  batch_size: z.int().min(1).default(1024).describe('Steps per gradient'),
  buffer_size: z.int().min(1).default(10_240).describe('Steps gathered before each policy update'),
  learning_rate: z.number().positive().default(3e-4).describe('Step size of policy and critic'),
  beta: z.number().min(0).default(5e-3).describe('Weight of the entropy bonus'),
  epsilon: z.number().positive().default(0.2).describe('How far the probability ratio may move from 1'),
  lambd: z
    .number()
    .min(0)
    .max(1)
    .default(0.95)
    .describe('Lambda of generalised advantage estimation')
    .meta({ title: 'Lambda' }),
  num_epoch: z.int().min(1).default(3).describe('Passes over the buffer').meta({ title: 'Epochs' }),
  log_std_init: z
    .number()
    .min(-5)
    .max(2)
    .default(0)
    .describe(
      'Ours: logarithm of the standard deviation of continuous actions at the start, in thirds of the way from the middle of ' +
        'their range to its end',
    )
    .meta({ title: 'First spread of actions' }),
  adam_epsilon: z
    .number()
    .positive()
    .default(1e-8)
    .describe(
      'Ours: gradients smaller than this make smaller steps; 1e-5 keeps a policy that is nearly perfect from wandering off, and ' +
        'is the default of Gymnasium environments',
    ),
  value_clip: z
    .enum(['none', 'epsilon', 'range'])
    .default('epsilon')
    .describe(
      "Ours: how far an update may move the value: epsilon, ML-Agents' way, which is too little unless returns are about 1; " +
        'range, epsilon standard deviations of the returns; none, as far as it likes, the default of Gymnasium environments',
    ),
  normalize_reward: z
    .boolean()
    .default(false)
    .describe(
      "Ours: divide the environment's rewards by the running standard deviation of their discounted sum; on by default in " +
        'Gymnasium environments',
    )
    .meta({ title: 'Normalise rewards' }),
  learning_rate_schedule: scheduleKind
    .default('linear')
    .describe('Linear: falls to nearly 0 by the last step'),
  beta_schedule: scheduleKind.optional().describe('As that of the learning rate when absent'),
  epsilon_schedule: scheduleKind
    .optional()
    .describe('As that of the learning rate when absent; linear falls to 0.1, or stays below'),
  policy_init_buffers: z
    .int()
    .min(0)
    .default(5)
    .describe(
      'Ours: buffers that at most teach the critic alone, before a policy moves that was pretrained or comes from another algorithm; it ends when the critic explains four fifths of the variance of returns',
    )
    .meta({ title: 'Buffers before the policy moves' }),
  shared_critic: z.literal(false).default(false).describe('Actor and critic are always separate here'),
})

export type PpoHyperparameters = z.infer<typeof ppoHyperparameters>
