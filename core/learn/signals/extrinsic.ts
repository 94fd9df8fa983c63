/** The environment's own reward as a signal. */
import { z } from 'zod'
import { computedSignal } from './reward-signal.ts'
import { registerRewardSignal } from './signals.ts'

export const extrinsicSettings = z
  .strictObject({
    strength: z.number().min(0).default(1).describe("Factor on the environment's reward"),
    gamma: z.number().min(0).max(1).default(0.99).describe('Discount of future rewards'),
  })
  .describe('What the environment pays')

registerRewardSignal({
  name: 'extrinsic',
  title: "The environment's reward",
  settings: extrinsicSettings,
  create: (_context, { strength, gamma }) =>
    computedSignal({ name: 'extrinsic', strength, gamma, reward: (_graph, { reward }) => reward }),
})
