/** How large a network is, told without making one. */
import { type EnvironmentSpec, observationSize } from '../../envs/environment.ts'
import { Graph, Parameters } from '../../tensor/index.ts'
import { body } from './networks.ts'
import type { NetworkSettings } from './settings.ts'

/** Weights between the observation and the heads; a graph declares them and takes no memory for them. */
export function networkWeights(spec: EnvironmentSpec, settings: NetworkSettings): number {
  const graph = new Graph()
  const parameters = new Parameters('size')
  const observation = graph.input('observation', [1, observationSize(spec)])
  body({ graph, parameters }, 'body', observation, spec, settings, false)
  return parameters.size
}
