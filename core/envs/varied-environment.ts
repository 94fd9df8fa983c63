/**
 * An environment whose parameters are drawn anew for every episode. It is made again when they change: for bubble/25 some
 * 30 microseconds an episode beside the 15 to 20 of dealing the board; episodes with the same values share one.
 */
import {
  type Action,
  type Environment,
  type EnvironmentSpec,
  observationSize,
  type ParameterValue,
  type StepResult,
} from './environment.ts'
import { fitValue, type ParameterRule } from './parameters.ts'
import { makeEnvironment } from './registry.ts'
import { drawValue, extremes, type Sampler } from './sampler.ts'

export type Samplers = Readonly<Record<string, Sampler>>
type Drawn = Readonly<Record<string, ParameterValue>>

/** Plain data, so that it can be sent to another thread. */
export interface EnvironmentRecipe {
  readonly id: string
  /** The values of parameters for which nothing is drawn. */
  readonly parameters: Drawn
  /** What is drawn for every episode; empty when nothing is. */
  readonly samplers: Samplers
}

/** @throws UserError for an unknown environment or parameter */
export function makeVaried({ id, parameters, samplers }: EnvironmentRecipe): Environment {
  if (Object.keys(samplers).length === 0) return makeEnvironment(id, parameters)
  return new VariedEnvironment((drawn) => makeEnvironment(id, { ...parameters, ...drawn }), samplers)
}

/**
 * Whether the agent sees and may do the same whatever is drawn; the extreme values are tried.
 * @throws UserError when the environment refuses one of them
 */
export function keepsLayout({ id, parameters, samplers }: EnvironmentRecipe): boolean {
  const { spec } = makeEnvironment(id, parameters)
  return Object.entries(samplers).every(([name, sampler]) => {
    const rule = ruleOf(spec, name)
    const whole = rule !== undefined && !('oneOf' in rule) && rule.real !== true
    return extremes(sampler).every((value) => {
      // What is drawn is rounded, so an end is too; out of range it is refused all the same.
      const made = whole && sampler.kind !== 'constant' ? Math.round(value) : value
      const tried = makeEnvironment(id, { ...parameters, [name]: made }).spec
      return (
        observationSize(tried) === observationSize(spec) &&
        JSON.stringify(tried.action) === JSON.stringify(spec.action)
      )
    })
  })
}

/** Undefined where the environment does not say what the parameter may be. */
function ruleOf({ parameterRules: rules = {} }: EnvironmentSpec, name: string): ParameterRule | undefined {
  return Object.hasOwn(rules, name) ? rules[name] : undefined
}

export class VariedEnvironment implements Environment {
  /** With the parameters that nothing is drawn for, and the target's for the rest. */
  readonly spec: EnvironmentSpec
  readonly writeActionMask?: (mask: Uint8Array) => void
  readonly animationSeconds?: () => number
  readonly announce?: (action: Action) => void
  readonly #make: (drawn: Drawn) => Environment
  #samplers: Samplers
  #drawn: Drawn = {}
  #inner: Environment

  /** @param make  makes the environment with these values in place of the target's */
  constructor(make: (drawn: Drawn) => Environment, samplers: Samplers) {
    this.#make = make
    this.#samplers = samplers
    this.#inner = make({})
    this.spec = this.#inner.spec
    if (this.#inner.writeActionMask !== undefined) {
      this.writeActionMask = (mask) => this.#inner.writeActionMask!(mask)
    }
    if (this.#inner.announce !== undefined) this.announce = (action) => this.#inner.announce!(action)
    if (this.#inner.animationSeconds !== undefined) {
      this.animationSeconds = () => this.#inner.animationSeconds!()
    }
  }

  /** How the parameters are drawn from the next reset on. */
  vary(samplers: Samplers): void {
    this.#samplers = samplers
  }

  /** The values of this episode. */
  get drawn(): Drawn {
    return this.#drawn
  }

  get succeeded(): boolean | null {
    return this.#inner.succeeded
  }

  reset(seed: number, observation: Float32Array | null): void {
    const drawn = Object.fromEntries(
      Object.entries(this.#samplers).map(([name, sampler]) => [
        name,
        fitValue(ruleOf(this.spec, name), drawValue(sampler, seed)),
      ]),
    )
    this.#become(drawn)
    this.#inner.reset(seed, observation)
  }

  step(action: Action, observation: Float32Array | null): StepResult {
    return this.#inner.step(action, observation)
  }

  /** u32 length of the values as JSON, the values, and the environment's own snapshot. */
  snapshot(): Uint8Array {
    const values = new TextEncoder().encode(JSON.stringify(this.#drawn))
    const inner = this.#inner.snapshot()
    const bytes = new Uint8Array(4 + values.length + inner.length)
    new DataView(bytes.buffer).setUint32(0, values.length, true)
    bytes.set(values, 4)
    bytes.set(inner, 4 + values.length)
    return bytes
  }

  restore(snapshot: Uint8Array): void {
    const view = new DataView(snapshot.buffer, snapshot.byteOffset, snapshot.byteLength)
    const end = 4 + view.getUint32(0, true)
    this.#become(JSON.parse(new TextDecoder().decode(snapshot.subarray(4, end))) as Drawn)
    this.#inner.restore(snapshot.subarray(end))
  }

  scene(options?: { readonly aims?: boolean }): unknown {
    return this.#inner.scene(options)
  }

  events(): readonly unknown[] {
    return this.#inner.events()
  }

  close(): void {
    this.#inner.close?.()
  }

  #become(drawn: Drawn): void {
    const names = Object.keys(drawn)
    const same =
      names.length === Object.keys(this.#drawn).length &&
      names.every((name) => drawn[name] === this.#drawn[name])
    if (same) return
    this.#inner.close?.()
    this.#inner = this.#make(drawn)
    this.#drawn = drawn
  }
}
