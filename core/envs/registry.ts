/**
 * Every environment by id. A user's own environment is one file and one call of `registerEnvironment`; environments of
 * another program, of which there are too many to list, come by a scheme before a colon: `gym:CartPole-v1`. Making one of
 * those runs code of others, so it is made only once it has been admitted.
 */
import { admit, type Code, requireAdmission, type Subject } from '../admission/gate.ts'
import { BOUNDS, nameProblem, requireName } from '../bounds.ts'
import { otherNames, UserError } from '../errors.ts'
import type { AgentGroupFactory } from './agent-group.ts'
import type { Environment, EnvironmentSpec, ParameterValue } from './environment.ts'
import { checkedPresets, type Preset } from './preset.ts'

type Parameters = Readonly<Record<string, ParameterValue>>

export type EnvironmentFactory = (parameters?: Parameters) => Environment

export interface EnvironmentDefinition {
  /** Settings that are known to work in it; absent: the algorithms' own defaults are offered. */
  readonly presets?: readonly Preset[]
}

export interface EnvironmentScheme {
  /** For people: 'gym:CartPole-v1'. */
  readonly example: string
  /** For people, one line: which environments these are. */
  readonly description: string
  /**
   * What making one would run on this machine, found without running any of it; throws UserError when there is none of that
   * name. Null where nothing is run but what is loaded already, as in a plugin's own scheme: such ones need no admission.
   */
  readonly starts: ((name: string) => Code) | null
  /**
   * @param name  what stands behind the colon
   * @throws UserError when there is none of that name, or what it needs is not installed
   */
  make(name: string, parameters: Parameters): Environment
  /** Where a world may have several agents, what makes one for all of them to be trained in; null where it has one. */
  group?(name: string, parameters: Parameters): AgentGroupFactory | null
  /** As `EnvironmentDefinition.presets`, of the one of that name. */
  presets?(name: string): readonly Preset[]
  /** Does beforehand what `make` and the first `reset` would have to wait for. @throws as `make` */
  prepare?(name: string, parameters: Parameters): Promise<void>
  /** Whether an id without the scheme, which nothing else here has, is likely meant to be of these. */
  claims?(id: string): boolean
  /** What a person has to do while one is being made, as a sentence; null where that is nothing. */
  asks?(name: string): string | null
  /** Lets go of what this process keeps for the next one that is made. */
  release?(): void
}

const factories = new Map<string, EnvironmentFactory>()
const tuned = new Map<string, readonly Preset[]>()
const schemes = new Map<string, EnvironmentScheme>()

/** @throws UserError where the id or the presets are none */
export function registerEnvironment(
  id: string,
  factory: EnvironmentFactory,
  { presets = [] }: EnvironmentDefinition = {},
): void {
  requireName('the id of an environment', id, BOUNDS.environmentId)
  if (factories.has(id)) throw new Error(`environment "${id}" is registered twice`)
  tuned.set(id, checkedPresets(presets, `the presets of ${id}`))
  factories.set(id, factory)
}

/** @param name  lower-case letters */
export function registerEnvironmentScheme(name: string, scheme: EnvironmentScheme): void {
  if (!/^[a-z]+$/.test(name)) throw new Error(`"${name}" cannot be a scheme: lower-case letters are wanted`)
  if (schemes.has(name)) throw new Error(`environment scheme "${name}" is registered twice`)
  schemes.set(name, scheme)
}

/**
 * What is to be admitted before it is made; null for one that is registered here, and for an unknown id. A parameter that is a
 * text can name code as an id can, so it is part of what is admitted; numbers are not.
 */
export function environmentSubject(id: string, parameters: Parameters = {}): Subject | null {
  if (factories.has(id) || (schemeOf(id)?.[0].starts ?? null) === null) return null
  const texts = Object.entries(parameters).filter(([, value]) => typeof value === 'string')
  const given = texts
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
  // No id must read as another one with its texts.
  const quoted = id.includes(' with ') ? JSON.stringify(id) : id
  return { kind: 'environment', name: given.length === 0 ? quoted : `${quoted} with ${given.join(', ')}` }
}

/** What making it would run, of an id that has an `environmentSubject`. @throws UserError as `EnvironmentScheme.starts` */
export function environmentCode(id: string): Code {
  const [scheme, name] = schemeOf(id) ?? unknown(id)
  return scheme.starts!(name)
}

/** For this thread, by whoever may say so: a person here, or the owner of the thread. */
export function admitEnvironment(id: string, parameters: Parameters = {}): void {
  const subject = environmentSubject(id, parameters)
  if (subject !== null) admit(subject)
}

/** @throws UnadmittedError when it is of another program and nobody has admitted it */
export function requireEnvironment(id: string, parameters: Parameters = {}): void {
  const subject = environmentSubject(id, parameters)
  if (subject !== null) requireAdmission(subject, () => environmentCode(id))
}

/** @throws UserError for an unknown id, naming the nearest known one; UnadmittedError as `requireEnvironment` */
export function makeEnvironment(id: string, parameters?: Parameters): Environment {
  const factory = factories.get(id)
  if (factory !== undefined) return factory(parameters)
  requireName('the id of an environment', id, BOUNDS.environmentId)
  const [scheme, name] = schemeOf(id) ?? unknown(id)
  requireEnvironment(id, parameters)
  return scheme.make(name, parameters ?? {})
}

/**
 * Null where every environment has one agent and is to be had by `makeEnvironment` alone, and for an unknown id. The factory
 * throws UnadmittedError as `requireEnvironment`.
 */
export function agentGroupFactory(id: string, parameters: Parameters): AgentGroupFactory | null {
  const [scheme, name] = schemeOf(id) ?? []
  const make = scheme?.group?.(name!, parameters) ?? null
  if (make === null) return null
  return async (options) => {
    requireEnvironment(id, parameters)
    return make(options)
  }
}

/** Waits where `makeEnvironment` would keep the thread waiting. @throws UserError as `makeEnvironment` */
export async function prepareEnvironment(id: string, parameters?: Parameters): Promise<void> {
  if (factories.has(id)) return
  requireName('the id of an environment', id, BOUNDS.environmentId)
  const [scheme, name] = schemeOf(id) ?? unknown(id)
  requireEnvironment(id, parameters)
  await scheme.prepare?.(name, parameters ?? {})
}

/** Those that its definition brings, the recommended one first; none where it brings none, and for an unknown id. */
export function environmentPresets(id: string): readonly Preset[] {
  const [scheme, name] = schemeOf(id) ?? []
  return tuned.get(id) ?? checkedPresets(scheme?.presets?.(name!) ?? [], `the presets of ${id}`)
}

/** What a person has to do while it is being made, as a sentence; null where that is nothing. */
export function askedOfPerson(id: string): string | null {
  const [scheme, name] = schemeOf(id) ?? []
  return scheme?.asks?.(name!) ?? null
}

/** Lets go of processes that wait for their next use here, so that another process can have what they hold. */
export function releaseEnvironments(): void {
  for (const scheme of schemes.values()) scheme.release?.()
}

/** The id that was meant, where a person has left the scheme out: `CartPole-v1` is `gym:CartPole-v1`. */
export function fullEnvironmentId(id: string): string {
  if (isEnvironmentId(id)) return id
  const claiming = [...schemes].find(([, scheme]) => scheme.claims?.(id) === true)
  const full = claiming === undefined ? id : `${claiming[0]}:${id}`
  return isEnvironmentId(full) ? full : id
}

/** What is said of an id that was completed. */
export function completedSentence(id: string, full: string): string {
  return `${id} is none of the environments here, so ${full} is tried`
}

/** Whether there may be such an environment; those with a scheme are known only once they are made. */
export function isEnvironmentId(id: string): boolean {
  return factories.has(id) || schemeOf(id) !== undefined
}

/** Of those that can be listed. */
export function environmentIds(): string[] {
  return [...factories.keys()]
}

/** Of those that can be listed. */
export function environmentSpecs(): EnvironmentSpec[] {
  return environmentIds().map((id) => makeEnvironment(id).spec)
}

export function environmentSchemes(): EnvironmentScheme[] {
  return [...schemes.values()]
}

function schemeOf(id: string): [EnvironmentScheme, string] | undefined {
  const colon = id.indexOf(':')
  const scheme = schemes.get(id.slice(0, Math.max(0, colon)))
  const name = id.slice(colon + 1)
  const isId = scheme !== undefined && name !== '' && nameProblem(id, BOUNDS.environmentId) === undefined
  return isId ? [scheme, name] : undefined
}

function unknown(id: string): never {
  const known = [...factories.keys(), ...environmentSchemes().map(({ example }) => example)]
  throw new UserError(`unknown environment "${id}"`, {
    usage: true,
    remedy: otherNames(id, known, 'the environments'),
  })
}
