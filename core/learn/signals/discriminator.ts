/**
 * The network that tells demonstrations from the agent: a logit h per transition, positive for demonstrations.
 *
 * With `use_vail` it looks through a bottleneck (VAIL, Peng et al. 2018, arXiv:1810.00821): features become the mean of a
 * normal distribution, h is read off a draw z ~ N(mu(x), sigma^2), and KL[N(mu, sigma^2) | N(0, 1)] is held at a
 * budget. As in ML-Agents sigma is one learned vector, not a function of x. h itself is read off the mean where no noise
 * is given: for rewards and for the gradient penalty.
 */
import type { EnvironmentSpec } from '../../envs/environment.ts'
import {
  add,
  addAll,
  type Graph,
  log,
  matmul,
  mul,
  type Parameters,
  reshape,
  square,
  sub,
  sum,
  type Value,
} from '../../tensor/index.ts'
import { constantInit, heNormal, zeros } from '../../tensor/initializers.ts'
import type { ActionLayout } from '../networks/action-layout.ts'
import { encode } from '../networks/encoders.ts'
import { body, dense, perAction, perTaken, type Scope } from '../networks/networks.ts'
import type { NetworkSettings } from '../settings.ts'

/** Numbers that pass the bottleneck, as in ML-Agents. */
export const BOTTLENECK = 128

export interface DiscriminatorSettings {
  readonly use_actions: boolean
  readonly use_next_state: boolean
  readonly use_vail: boolean
  readonly network_settings: NetworkSettings
}

/** What the discriminator may be shown of B transitions. */
export interface Evidence {
  /** [B, O], normalised */
  readonly x: Value
  /** [B, O], normalised, after the action */
  readonly xNext: Value
  /** One-hot [B, size] per group; with `mixed` mixtures of two one-hots */
  readonly choices: readonly Value[]
  /** [B, C] */
  readonly continuous: Value | null
  readonly mixed: boolean
}

export class Discriminator {
  readonly parameters: Parameters
  readonly #spec: EnvironmentSpec
  readonly #layout: ActionLayout
  readonly #settings: DiscriminatorSettings

  constructor(
    parameters: Parameters,
    spec: EnvironmentSpec,
    layout: ActionLayout,
    settings: DiscriminatorSettings,
  ) {
    this.parameters = parameters
    this.#spec = spec
    this.#layout = layout
    this.#settings = settings
  }

  /** Those parts of the evidence that h depends on, [B, n] each. */
  shown({ x, xNext, choices, continuous }: Evidence): Value[] {
    const { use_actions, use_next_state } = this.#settings
    const actions = use_actions ? [...choices, ...(continuous === null ? [] : [continuous])] : []
    return [x, ...actions, ...(use_next_state ? [xNext] : [])]
  }

  /** h [B] without a bottleneck's noise. */
  logit(graph: Graph, evidence: Evidence): Value {
    if (this.#settings.use_vail) return this.#head(graph, this.#mean(graph, evidence))
    const scope: Scope = { graph, parameters: this.parameters }
    if (this.#perAction(evidence)) return this.#taken(scope, evidence)
    return this.#head(graph, this.#features(scope, evidence))
  }

  /**
   * h [B] through the bottleneck, and KL [B] = 1/2 sum (mu^2 + sigma^2 - 1 - ln sigma^2).
   * @param noise  [B, BOTTLENECK], standard normal
   */
  noisyLogit(graph: Graph, evidence: Evidence, noise: Value): { h: Value; divergence: Value } {
    const mu = this.#mean(graph, evidence)
    const sigma = this.parameters.use(graph, 'bottleneck/sigma', [1, BOTTLENECK], constantInit(1))
    const variance = square(sigma)
    const divergence = sum(sub(add(square(mu), variance), add(log(add(variance, 1e-12)), 1)), [1])
    return { h: this.#head(graph, add(mu, mul(sigma, noise))), divergence: mul(divergence, 0.5) }
  }

  #mean(graph: Graph, evidence: Evidence): Value {
    const scope: Scope = { graph, parameters: this.parameters }
    const features = this.#features(scope, evidence)
    const shape = [features.shape[1]!, BOTTLENECK]
    const weight = this.parameters.use(graph, 'bottleneck/mean/weight', shape, heNormal(0.1))
    const bias = this.parameters.use(graph, 'bottleneck/mean/bias', [1, BOTTLENECK], zeros)
    return add(matmul(features, weight), bias)
  }

  #head(graph: Graph, features: Value): Value {
    const out = dense({ graph, parameters: this.parameters }, 'discriminator/out', features, 1, 0.2)
    return reshape(out, [features.shape[0]!])
  }

  #features(scope: Scope, evidence: Evidence): Value {
    const { use_next_state, network_settings: net } = this.#settings
    const beside = this.shown(evidence).slice(1)
    // The observation after the action goes through the same encoder as the one before it.
    if (use_next_state) beside.splice(-1, 1, encode(scope, 'discriminator', evidence.xNext, this.#spec, net))
    return body(scope, 'discriminator', evidence.x, this.#spec, net, false, beside)
  }

  /** Whether there is one logit per action, with the policy's shared head over aligned rows. */
  #perAction({ continuous }: Evidence): boolean {
    const { use_actions, use_next_state, network_settings: net } = this.#settings
    const aligned = this.#layout.aligned !== null && net.shared_head
    return use_actions && !use_next_state && continuous === null && aligned
  }

  #taken(scope: Scope, { x, choices, mixed }: Evidence): Value {
    const net = this.#settings.network_settings
    const options = { outputGain: 0.2, norm: false }
    const perGroup = mixed
      ? perAction(scope, 'discriminator', x, this.#spec, this.#layout, net, options).map(([h], g) =>
          sum(mul(h!, choices[g]!), [1]),
        )
      : perTaken(scope, 'discriminator', x, choices, this.#spec, this.#layout, net, options).map(([h]) => h!)
    return addAll(perGroup)
  }
}
