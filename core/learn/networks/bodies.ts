/**
 * What lies between the features and the heads of a network: hidden layers of one kind or another, chosen by
 * `network_settings.network_type`. A kind of one's own is one call of `registerNetwork`.
 */
import { z } from 'zod'
import { otherNames } from '../../errors.ts'
import { readBySchema } from '../../schema-words.ts'
import { add, mean, relu, rmsNorm, sub, type Value } from '../../tensor/index.ts'
import { dense, hidden, reluGain, type Scope } from './layers.ts'
import type { NetworkSettings } from './settings.ts'

/** What a body is built with. Its weights are declared under `name`. */
export interface BodyContext extends Scope {
  readonly name: string
  readonly settings: NetworkSettings
  /** Whether this network is to be normalised by layer: critics, unless `layer_norm` is off. */
  readonly norm: boolean
}

export interface NetworkDefinition<Options extends z.ZodObject = z.ZodObject> {
  /** The word after `network_type:`. */
  readonly name: string
  readonly title: string
  /** zod schema of `network_options`, strict, with every default. */
  readonly options: Options
  /**
   * Adds the body to the graph. It is built several times, for other batch sizes and other weights of the same shapes, so
   * it must do the same each time.
   * @param x  [B, F], the features: vectors as they are, images encoded
   * @returns  [B, H]; H is yours to choose
   */
  build(x: Value, context: BodyContext, options: z.output<Options>): Value
}

const definitions = new Map<string, NetworkDefinition>()

/** @throws Error when the name is taken */
export function registerNetwork<Options extends z.ZodObject>(definition: NetworkDefinition<Options>): void {
  if (definitions.has(definition.name)) throw new Error(`network "${definition.name}" is registered twice`)
  definitions.set(definition.name, definition as unknown as NetworkDefinition)
}

export function networkNames(): string[] {
  return [...definitions.keys()]
}

/** undefined for one that is not registered; `networkProblems` names it */
export function networkDefinition(name: string): NetworkDefinition | undefined {
  return definitions.get(name)
}

/** What is wrong with `network_type` and `network_options`, each with the keys that lead to it; empty when nothing is. */
export function networkProblems(
  type: string,
  options: Readonly<Record<string, unknown>>,
): { path: PropertyKey[]; message: string }[] {
  const definition = definitions.get(type)
  if (definition === undefined) {
    const hint = otherNames(type, networkNames(), 'the networks')
    return [{ path: ['network_type'], message: `unknown network "${type}": ${hint}` }]
  }
  const schema = definition.options
  const result = readBySchema(schema, options)
  if ('data' in result) return []
  const { path, unknownKey, expected, found, said } = result.problem
  const message =
    unknownKey === undefined
      ? (said ?? `it must be ${expected}, and is ${found ?? 'missing'}`)
      : `the network ${type} has no option "${unknownKey}": ${otherNames(unknownKey, Object.keys(schema.shape), 'its options')}`
  return [{ path: ['network_options', ...path], message }]
}

/** The body that `settings` choose, which `networkProblems` has passed. x [B, F] -> [B, H] */
export function buildBody(x: Value, context: BodyContext): Value {
  const { network_type, network_options } = context.settings
  const { build, options } = definitions.get(network_type)!
  const h = build(x, context, options.parse(network_options))
  if (h.shape.length !== 2 || h.shape[0] !== x.shape[0]) {
    throw new Error(`network "${network_type}" makes [${h.shape}] of [${x.shape}], not [${x.shape[0]}, H]`)
  }
  return h
}

registerNetwork({
  name: 'dense',
  title: 'Dense layers',
  options: z.strictObject({
    activation: z
      .enum(['relu', 'tanh'])
      .default('relu')
      .describe(
        'What follows each layer; tanh, as in Stable-Baselines3, is steadier with PPO and a high learning rate',
      ),
  }),
  build(x, { settings, norm, name, ...scope }, { activation }) {
    let h = x
    for (let layer = 0; layer < settings.num_layers; layer++) {
      h = hidden(scope, `${name}/hidden${layer}`, h, settings.hidden_units, norm, activation)
    }
    return h
  },
})

/** Layer normalisation without gain and shift, of rows that need not be centred. */
function layerNorm(x: Value): Value {
  return rmsNorm(sub(x, mean(x, [1], { keepDims: true })))
}

/**
 * SimBa (Lee et al. 2024, arXiv:2410.09754, section 4): a straight way through the network, to which each block adds what a
 * small network makes of its normalised input, x + W2 relu(W1 LN(x)), and a normalisation at the end. A block counts as
 * a layer.
 *
 * Differs from the paper: LN has no gain and shift; observations are normalised only where `normalize` says so.
 */
registerNetwork({
  name: 'residual',
  title: 'Residual blocks',
  options: z.strictObject({
    expansion: z.int().min(1).max(16).default(4).describe('Width of a block inside, in hidden units'),
  }),
  build(x, { settings, name, ...scope }, { expansion }) {
    const width = settings.hidden_units
    let h = dense(scope, `${name}/in`, x, width, 1)
    for (let block = 0; block < settings.num_layers; block++) {
      const inner = dense(scope, `${name}/block${block}/in`, layerNorm(h), expansion * width, reluGain)
      h = add(h, dense(scope, `${name}/block${block}/out`, relu(inner), width, 1))
    }
    return layerNorm(h)
  },
})
