/**
 * Networks with memory: the body of networks.ts, then an LSTM, whose output takes the place of the body's. A head that is
 * shared by the rows of an observation sees it as part of its context, beside the present observation.
 */
import type { EnvironmentSpec } from '../../envs/environment.ts'
import { UserError } from '../../errors.ts'
import type { Value } from '../../tensor/index.ts'
import type { Scope } from './layers.ts'
import { lstm, type Unrolled } from './lstm.ts'
import { body } from './networks.ts'
import type { NetworkSettings } from './settings.ts'

/** Where a memory stands: the state before the first of T steps, and which steps begin an episode; see `lstm`. */
export interface Past {
  /** [B, memory_size] */
  readonly state: Value
  /** [T B, 1]; null when no step begins an episode */
  readonly kept: Value | null
}

/** memory_size, or 0 without memory. */
export function memorySize(settings: NetworkSettings): number {
  return settings.memory?.memory_size ?? 0
}

/**
 * What a network of this name remembers after each of T steps.
 * @param x  [T B, O], normalised where the settings say so
 */
export function remember(
  scope: Scope,
  name: string,
  x: Value,
  spec: EnvironmentSpec,
  settings: NetworkSettings,
  norm: boolean,
  { state, kept }: Past,
): Unrolled {
  const h = body(scope, `${name}/memory`, x, spec, settings, norm)
  return lstm(scope, `${name}/memory/lstm`, h, state, kept)
}

/** @throws UserError when `asked` */
export function refuseWithMemory(asked: boolean, feature: string): void {
  if (!asked) return
  throw new UserError(`${feature} does not go together with memory`, {
    remedy: `remove ${feature} or network_settings.memory`,
  })
}
