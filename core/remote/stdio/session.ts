/** Environments on behalf of a program at the other end of a pipe: answers one frame with one or two. */

import { checkDrawing } from '../../envs/drawing/check.ts'
import { type Action, type Environment, type EnvironmentSpec, successByte } from '../../envs/index.ts'
import { UserError } from '../../errors.ts'
import { Command, emptyFrame, type Frame, HEAD_BYTES, jsonFrame, Kind, PROTOCOL } from './frames.ts'
import {
  type Request,
  type Result,
  requestBytes,
  requestLayout,
  resultBytes,
  resultLayout,
  type Sizes,
  sizesOf,
} from './layout.ts'

export interface Hello {
  readonly protocol: number
  /** Name and version, for messages. */
  readonly client: string
}

export interface Welcome {
  readonly protocol: number
  readonly program: string
  readonly environments: number
  readonly spec: EnvironmentSpec
  /** The `kind` of what `scene` gives, by which a client knows whether it can draw it. */
  readonly scene: string | null
}

/** Room for a greeting, whatever the client is called. */
const LEAST_BODY_BYTES = 64 * 1024

interface Seat {
  readonly environment: Environment
  readonly action: Action
  /** [O] */
  readonly observation: Float32Array
  /** [M] */
  readonly mask: Uint8Array
  running: boolean
}

export class StdioSession {
  /** Of a request's body. */
  readonly mostBytes: number
  readonly #program: string
  readonly #sizes: Sizes
  readonly #bytes: Uint8Array<ArrayBuffer>
  readonly #request: Request
  readonly #frame: Uint8Array<ArrayBuffer>
  readonly #result: Result
  readonly #seats: readonly Seat[]
  #greeted = false

  /**
   * @param environments  all of one spec
   * @param program       name and version, for messages
   */
  constructor(environments: readonly Environment[], program: string) {
    const { spec } = environments[0]!
    const count = environments.length
    const sizes = sizesOf(spec)
    this.#program = program
    this.#sizes = sizes
    this.#bytes = new Uint8Array(requestBytes(sizes, count))
    this.#request = requestLayout(sizes, count, this.#bytes.buffer)
    this.#frame = emptyFrame(Kind.result, resultBytes(sizes, count))
    this.#result = resultLayout(sizes, count, this.#frame.buffer, HEAD_BYTES)
    this.mostBytes = Math.max(LEAST_BODY_BYTES, this.#bytes.length)
    this.#seats = environments.map((environment, e) => ({
      environment,
      action: {
        continuous: row(this.#request.continuous, sizes.continuous, e),
        discrete: row(this.#request.discrete, sizes.branches, e),
      },
      observation: row(this.#result.observations, sizes.observation, e),
      mask: row(this.#result.masks, sizes.mask, e),
      running: false,
    }))
  }

  /**
   * @returns the bytes to send back, overwritten by the next answer
   * @throws UserError when the request cannot be met; nothing has been done then. Also when an environment cannot make its
   * step: its episode is over, and of those that step with it nothing is told
   */
  answer({ kind, body }: Frame): Uint8Array {
    if (kind === Kind.hello) return this.#greet(body)
    if (!this.#greeted) throw new UserError('the first frame must be a greeting')
    if (kind === Kind.advance) return this.#advance(body)
    if (kind === Kind.scene) return this.#scene(body)
    throw new UserError(`there is no request of kind ${kind}`)
  }

  get #spec(): EnvironmentSpec {
    return this.#seats[0]!.environment.spec
  }

  #greet(body: Uint8Array): Uint8Array {
    const { protocol, client } = readHello(body)
    if (protocol !== PROTOCOL) {
      throw new UserError(
        `${client} speaks version ${protocol} of the protocol, and ${this.#program} version ${PROTOCOL}`,
        {
          remedy: 'install the Python package from the python/ folder of this Understudy',
        },
      )
    }
    this.#greeted = true
    const welcome: Welcome = {
      protocol: PROTOCOL,
      program: this.#program,
      environments: this.#seats.length,
      spec: this.#spec,
      scene: this.#sceneKind(),
    }
    return jsonFrame(Kind.welcome, welcome)
  }

  /** What is drawn is known once an episode has begun. */
  #sceneKind(): string | null {
    const { environment } = this.#seats[0]!
    environment.reset(0, null)
    const scene = sceneOf(environment)
    if (typeof scene !== 'object' || scene === null || !('kind' in scene)) return null
    return typeof scene.kind === 'string' ? scene.kind : null
  }

  #scene(body: Uint8Array): Uint8Array {
    if (body.length !== 4) throw new UserError(`a request for a scene has ${body.length} bytes, not 4`)
    const index = new DataView(body.buffer, body.byteOffset).getUint32(0, true)
    const seat = this.#seats[index]
    if (seat === undefined)
      throw new UserError(`there is no environment ${index}: there are ${this.#seats.length}`)
    return jsonFrame(Kind.drawing, sceneOf(seat.environment))
  }

  #advance(body: Uint8Array): Uint8Array {
    if (body.length !== this.#bytes.length) {
      throw new UserError(`a request to step has ${body.length} bytes, not ${this.#bytes.length}`)
    }
    this.#bytes.set(body)
    const { commands, seeds } = this.#request
    for (let e = 0; e < commands.length; e++) this.#check(e, commands[e]!)
    const finals: Float32Array[] = []
    const finalMasks: Uint8Array[] = []
    for (let e = 0; e < commands.length; e++) {
      const command = commands[e]!
      const seat = this.#seats[e]!
      if (command === Command.nothing) continue
      if (command === Command.reset) {
        this.#reset(e, seeds[e]!)
        this.#note(e, 0, false, false, false)
        continue
      }
      this.#step(e)
      if (command !== Command.stepThenReset || seat.running) continue
      finals.push(seat.observation.slice())
      finalMasks.push(seat.mask.slice())
      this.#reset(e, seeds[e]!)
    }
    return finals.length === 0 ? this.#frame : this.#withFinals(finals, finalMasks)
  }

  /** @throws UserError before anything has been stepped */
  #check(e: number, command: number): void {
    const seat = this.#seats[e]!
    if (command === Command.nothing || command === Command.reset) return
    if (command !== Command.step && command !== Command.stepThenReset) {
      throw new UserError(`environment ${e}: there is no command ${command}`)
    }
    if (!seat.running) {
      throw new UserError(`environment ${e}: there is no episode to step`, { remedy: 'reset it first' })
    }
    const sizes = this.#spec.action.discrete
    for (let branch = 0; branch < sizes.length; branch++) {
      const index = seat.action.discrete[branch]!
      if (index >= 0 && index < sizes[branch]!) continue
      throw new UserError(
        `environment ${e}: action ${index} of branch ${branch} is outside 0 to ${sizes[branch]! - 1}`,
      )
    }
    for (const value of seat.action.continuous) {
      if (Math.abs(value) <= 1) continue
      throw new UserError(`environment ${e}: continuous action ${value} is outside [-1, 1]`)
    }
  }

  #step(e: number): void {
    const seat = this.#seats[e]!
    seat.running = false
    const { reward, terminated, truncated } = seat.environment.step(seat.action, seat.observation)
    seat.running = !terminated && !truncated
    this.#note(e, reward, terminated, truncated, seat.running ? false : seat.environment.succeeded)
    if (seat.mask.length > 0) seat.environment.writeActionMask!(seat.mask)
  }

  #reset(e: number, seed: number): void {
    const seat = this.#seats[e]!
    seat.running = false
    seat.environment.reset(seed, seat.observation)
    seat.running = true
    if (seat.mask.length > 0) seat.environment.writeActionMask!(seat.mask)
  }

  #note(e: number, reward: number, terminated: boolean, truncated: boolean, succeeded: boolean | null): void {
    const result = this.#result
    result.rewards[e] = reward
    result.terminated[e] = Number(terminated)
    result.truncated[e] = Number(truncated)
    result.succeeded[e] = successByte(succeeded)
  }

  #withFinals(observations: readonly Float32Array[], masks: readonly Uint8Array[]): Uint8Array {
    const count = observations.length
    const { observation, mask } = this.#sizes
    const finals = emptyFrame(Kind.finals, count * (4 * observation + mask))
    let offset = HEAD_BYTES
    for (const part of [...observations, ...masks]) {
      finals.set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), offset)
      offset += part.byteLength
    }
    const both = new Uint8Array(this.#frame.length + finals.length)
    both.set(this.#frame)
    both.set(finals, this.#frame.length)
    return both
  }
}

/** A drawing as it goes to a screen, so that the other side need not know how colours may be written; null for one with a fault. */
function sceneOf(environment: Environment): unknown {
  const scene = environment.scene({ aims: false })
  if ((scene as { kind?: unknown } | null)?.kind !== 'drawing') return scene
  const checked = checkDrawing(scene, [], environment.spec)
  return 'drawing' in checked ? checked.drawing : null
}

function row<Numbers extends Float32Array | Int32Array | Uint8Array>(
  numbers: Numbers,
  size: number,
  e: number,
): Numbers {
  return numbers.subarray(e * size, (e + 1) * size) as Numbers
}

function readHello(body: Uint8Array): Hello {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder().decode(body))
  } catch (error) {
    throw new UserError('the greeting is not JSON', { cause: error })
  }
  const { protocol, client } = (value ?? {}) as Partial<Hello>
  if (typeof protocol !== 'number' || typeof client !== 'string') {
    throw new UserError('the greeting must have a number "protocol" and a text "client"')
  }
  return { protocol, client }
}
