/** Q(s, a) of continuous actions. */
import { concat, type Parameters, reshape, type Value } from '../../tensor/index.ts'
import { hidden } from '../networks/layers.ts'
import { body, dense } from '../networks/networks.ts'
import type { Sight } from './experience.ts'
import type { OffPolicyParts } from './off-policy.ts'

/**
 * Q of network `name` per discount, [N]. A critic with memory remembers observations alone, and the action joins behind the memory, so
 * that Q(s, a) can be asked for another action than the one taken.
 * @param action  [N, C]
 */
export function actionValue(
  { update, setup, gammas, experience }: OffPolicyParts,
  parameters: Parameters,
  name: string,
  { x, past }: Sight,
  action: Value,
): Value[] {
  const { spec, settings: net } = setup.shape
  const scope = { graph: update.graph, parameters }
  const joined =
    past === null
      ? body(scope, name, x, spec, net, net.layer_norm, [action])
      : hidden(scope, `${name}/action`, concat([past, action], 1), net.hidden_units, net.layer_norm)
  return gammas.map((_, k) => reshape(dense(scope, `${name}/out-${k}`, joined, 1, 1), [experience.rows]))
}
