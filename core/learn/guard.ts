/** What a plugin registers of learning: its errors name the algorithm, network or signal. */
import type { z } from 'zod'
import { guarded, guardMethods } from '../plugin-guard.ts'
import { type AlgorithmDefinition, registerAlgorithm } from './algorithm.ts'
import { type NetworkDefinition, registerNetwork } from './networks/bodies.ts'
import { type RewardSignalDefinition, registerRewardSignal } from './signals/signals.ts'

export function registerGuardedAlgorithm(definition: AlgorithmDefinition): void {
  const whose = `your algorithm ${definition.name}`
  registerAlgorithm({
    ...definition,
    create: guarded(
      async (context) => guardMethods(await definition.create(context), whose),
      () => `${whose} cannot be made`,
    ),
  })
}

export function registerGuardedNetwork<Options extends z.ZodObject>(
  definition: NetworkDefinition<Options>,
): void {
  registerNetwork({
    ...definition,
    build: guarded(
      definition.build.bind(definition),
      () => `your network ${definition.name} cannot be built`,
    ),
  })
}

export function registerGuardedSignal<Settings extends z.ZodObject>(
  definition: RewardSignalDefinition<Settings>,
): void {
  const whose = `your reward signal ${definition.name}`
  registerRewardSignal({
    ...definition,
    create: guarded(
      (context, settings) => guardMethods(definition.create(context, settings), whose),
      () => `${whose} cannot be made`,
    ),
  })
}
