/**
 * A Unity build with ML-Agents in it, or the project that is open in Unity's editor (`unity:editor`). A game is no function of
 * a seed: `reset` begins the next episode, whatever its seed, and what was played cannot be played again. So a snapshot holds
 * nothing, and an episode that was under way when it was taken is broken off: its next step ends it as truncated.
 */
import {
  type Action,
  type Environment,
  type EnvironmentSpec,
  observationSize,
  type ParameterValue,
  type StepResult,
} from '../../envs/index.ts'
import { UserError } from '../../errors.ts'
import { besides, SyncThread } from '../sync-thread.ts'
import { findExecutable } from './executable.ts'
import type { UnityOptions } from './peer.ts'
import { type Description, packRequest, type Request, unpackDescription, unpackMoment } from './protocol.ts'

/** ML-Agents' default. */
const TIME_SCALE = 20
const TIMEOUT_SECONDS = 60
const EDITOR = 'editor'

interface Build {
  readonly thread: SyncThread
  readonly description: Description
}

/** By what the environment is made of. */
const descriptions = new Map<string, Description>()
/** A build that was started to be described waits for its player. */
const spares = new Map<string, { readonly build: Build; readonly timer: NodeJS.Timeout }>()
const SPARE_MS = 20_000
const GRACE_SECONDS = 10

export class UnityEnvironment implements Environment {
  readonly spec: EnvironmentSpec
  readonly #name: string
  readonly #options: ReturnType<typeof readParameters>
  readonly #floats: Readonly<Record<string, number>>
  readonly #result: StepResult = { reward: 0, terminated: false, truncated: false }
  readonly #observation: Float32Array
  readonly #choices: number
  #build: Build | null = null
  #mask: Uint8Array | null = null
  #playing = false
  /** Whether the episode was broken off by `restore`. */
  #broken = false

  /**
   * @param path        of the build, or 'editor'
   * @param parameters  behavior, time_scale, no_graphics, idle_others, timeout_wait; any other goes to the game as a float
   * @throws UserError when it cannot be started, or is not a game that can be played here
   */
  constructor(path: string, parameters: Readonly<Record<string, ParameterValue>>) {
    this.#name = path
    this.#options = readParameters(path, parameters)
    this.#floats = this.#options.floats
    this.spec = specOf(path, parameters, this.#describe())
    this.#observation = new Float32Array(observationSize(this.spec))
    this.#choices = this.spec.action.discrete.reduce((sum, size) => sum + size, 0)
  }

  /** A build does not say whether its goal was reached. */
  get succeeded(): boolean {
    return false
  }

  reset(seed: number, observation: Float32Array | null): void {
    this.#build ??= this.#take(seed)
    this.#broken = false
    this.#receive(this.#ask({ ask: 'begin', floats: this.#floats }))
    this.#playing = true
    observation?.set(this.#observation)
  }

  step({ continuous, discrete }: Action, observation: Float32Array | null): StepResult {
    if (this.#broken) return this.#breakOff(observation)
    if (!this.#playing) throw new Error(`${this.spec.id} is stepped outside of an episode`)
    const { action } = this.spec
    for (let i = 0; i < action.continuous; i++) {
      if (!(Math.abs(continuous[i]!) <= 1)) throw new Error(`continuous value ${i} is ${continuous[i]}`)
    }
    for (const [branch, size] of action.discrete.entries()) {
      const index = discrete[branch]!
      if (!(index >= 0 && index < size)) throw new Error(`branch ${branch} has no action ${index}`)
    }
    const bytes = (view: Float32Array | Int32Array, count: number) =>
      new Uint8Array(view.buffer, view.byteOffset, 4 * count)
    this.#receive(
      this.#ask({
        ask: 'step',
        continuous: bytes(continuous, action.continuous),
        discrete: bytes(discrete, action.discrete.length),
      }),
    )
    this.#playing = !this.#result.terminated && !this.#result.truncated
    observation?.set(this.#observation)
    return this.#result
  }

  writeActionMask(mask: Uint8Array): void {
    if (this.#mask === null) mask.fill(1, 0, this.#choices)
    else mask.set(this.#mask)
  }

  snapshot(): Uint8Array {
    return new Uint8Array(0)
  }

  restore(): void {
    this.#broken = true
  }

  scene(): null {
    return null
  }

  events(): readonly unknown[] {
    return []
  }

  close(): void {
    this.#build?.thread.close()
    this.#build = null
    this.#playing = false
  }

  #breakOff(observation: Float32Array | null): StepResult {
    this.#broken = false
    this.#playing = false
    Object.assign(this.#result, { reward: 0, terminated: false, truncated: true })
    observation?.set(this.#observation)
    return this.#result
  }

  #receive(bytes: Uint8Array): void {
    const moment = unpackMoment(bytes)
    const { reward, terminated, truncated, mask } = moment
    const values = new Float32Array(moment.observation.slice().buffer)
    if (values.length !== this.#observation.length) {
      throw new UserError(
        `${this.#name} sent ${values.length} observed numbers, and ${this.#observation.length} before`,
      )
    }
    this.#observation.set(values)
    this.#mask = mask
    Object.assign(this.#result, { reward, terminated, truncated })
  }

  /** @throws UserError when the build has died or does not answer; the next reset starts another */
  #ask(request: Request): Uint8Array {
    try {
      return this.#build!.thread.call(packRequest(request), this.#options.seconds)
    } catch (error) {
      this.close()
      throw error
    }
  }

  #describe(): Description {
    const known = descriptions.get(this.#options.key)
    if (known !== undefined) return known
    const build = start(this.#options, 0)
    descriptions.set(this.#options.key, build.description)
    const timer = setTimeout(() => {
      spares.delete(this.#options.key)
      build.thread.close()
    }, SPARE_MS)
    spares.set(this.#options.key, { build, timer: timer.unref() })
    return build.description
  }

  #take(seed: number): Build {
    const spare = spares.get(this.#options.key)
    if (spare === undefined) return start(this.#options, seed)
    spares.delete(this.#options.key)
    clearTimeout(spare.timer)
    return spare.build
  }
}

/** Starts a build beforehand, for `prepare`. */
export async function describeBuild(
  path: string,
  parameters: Readonly<Record<string, ParameterValue>>,
): Promise<void> {
  const options = readParameters(path, parameters)
  if (descriptions.has(options.key)) return
  const thread = threadOf(options, 0)
  try {
    descriptions.set(
      options.key,
      unpackDescription(await thread.callAsync(packRequest({ ask: 'describe' }), options.seconds)),
    )
  } finally {
    thread.close()
  }
}

function start(options: ReturnType<typeof readParameters>, seed: number): Build {
  const thread = threadOf(options, seed)
  try {
    const description = unpackDescription(thread.call(packRequest({ ask: 'describe' }), options.seconds))
    return { thread, description }
  } catch (error) {
    thread.close()
    throw error
  }
}

function threadOf(options: ReturnType<typeof readParameters>, seed: number): SyncThread {
  const { name, executable, noGraphics, behaviour, idleOthers, timeScale, seconds } = options
  const peer: UnityOptions = {
    name,
    executable,
    noGraphics,
    behaviour,
    idleOthers,
    timeScale,
    seed,
    seconds,
  }
  return new SyncThread({
    name,
    module: besides(import.meta.url, 'peer'),
    options: peer,
    // The peer keeps the time itself, so that it can clean up.
    openSeconds: seconds + GRACE_SECONDS,
    callSeconds: seconds,
  })
}

function readParameters(path: string, parameters: Readonly<Record<string, ParameterValue>>) {
  const {
    behavior,
    time_scale = TIME_SCALE,
    no_graphics = false,
    idle_others = false,
    timeout_wait = TIMEOUT_SECONDS,
    ...rest
  } = parameters
  const floats: Record<string, number> = {}
  for (const [name, value] of Object.entries(rest)) {
    if (typeof value !== 'number') {
      throw new UserError(`unity:${path}: ${name} must be a number, the only kind a build can be given`)
    }
    floats[name] = value
  }
  if (typeof time_scale !== 'number' || time_scale <= 0) {
    throw new UserError(`unity:${path}: time_scale must be a number above 0`)
  }
  return {
    key: JSON.stringify([path, Object.entries(parameters).sort()]),
    name: path === EDITOR ? "Unity's editor" : `unity:${path}`,
    executable: path === EDITOR ? null : findExecutable(path),
    behaviour: behavior === undefined ? undefined : String(behavior),
    timeScale: time_scale,
    noGraphics: no_graphics === true,
    idleOthers: idle_others === true,
    seconds: Number(timeout_wait),
    floats,
  }
}

function specOf(
  path: string,
  parameters: Readonly<Record<string, ParameterValue>>,
  { behaviour, observations, action }: Description,
): EnvironmentSpec {
  return {
    id: `unity:${path}`,
    title: behaviour,
    description: `${behaviour} in ${path === EDITOR ? "Unity's editor" : 'a Unity build'}, by ML-Agents' protocol.`,
    version: 1,
    parameters,
    observations: observations.map(({ name, shape }) => ({
      name,
      shape,
      description: 'As the build sends it.',
    })),
    action: { ...action, ...(action.discrete.length > 0 ? { masked: true } : {}) },
    score: { unit: 'point', units: 'points', measure: 'return' },
    reproducible: false,
  }
}
