/**
 * A bubble shooter in the manner of Snoopy Pop. The player sees the current and the next bubble, may swap them, and aims;
 * one step is one bubble fired. The level is won when all captives are free and truncated after its last shot. A full
 * board loses nothing: were that a loss, losing quickly would look like needing few bubbles.
 */
import { Random } from '../../random.ts'
import type { Action, Environment, EnvironmentSpec, ParameterValue, StepResult } from '../environment.ts'
import { readParameters } from '../parameters.ts'
import { MAX_LEAN, NOTCHES, notchLean } from './aim.ts'
import { Board } from './board.ts'
import { emptyFlight, fly, flyNotch } from './flight.ts'
import { CAPTIVE, COLOURS } from './lattice.ts'
import { type BubbleLevel, changedNumbers, changeLevel, levelRules } from './level.ts'
import { type Hand, type ObservationKind, observationSpecs, writeObservation } from './observations.ts'
import { type BubbleEvent, type BubbleScene, bubbleEvents, bubbleScene, type Shot } from './scene.ts'
import { decodeSnapshot, encodeSnapshot } from './snapshot.ts'
import { NEXT_LEVEL_SECONDS, shotSeconds } from './timing.ts'

const VERSION = 1

export class BubbleEnvironment implements Environment {
  readonly spec: EnvironmentSpec
  readonly level: BubbleLevel
  /** What lies where; for scripted players that look ahead. Read only. */
  readonly board = new Board()
  /** Current and next colour and the shots so far. Read only. */
  readonly hand: Hand = { current: 1, next: 1, shots: 0 }

  readonly #kind: ObservationKind
  readonly #continuous: boolean
  readonly #random = new Random(0)
  readonly #flight = emptyFlight()
  readonly #shot: Shot = { colour: 1, swapped: false, lean: 0, distance: 0, landing: 0 }
  readonly #result: StepResult = { reward: 0, terminated: false, truncated: false }
  #ended = true
  #fired = false

  constructor(level: BubbleLevel, parameters?: Readonly<Record<string, ParameterValue>>) {
    const id = `bubble/${level.name}`
    const rules = {
      observation: { oneOf: ['rays', 'sight', 'grid'] },
      action: { oneOf: ['discrete', 'continuous'] },
    } as const
    const { observation, action, ...numbers } = readParameters(
      id,
      { ...rules, ...levelRules(level) },
      parameters,
    )
    const chosen = { observation, action }
    const changed = changedNumbers(level, numbers)
    this.level = changeLevel(level, changed)
    this.#kind = chosen.observation
    this.#continuous = chosen.action === 'continuous'
    this.spec = {
      id,
      title: `Bubble, level ${level.name}`,
      description: level.description,
      version: VERSION,
      parameters: { ...chosen, ...changed },
      parameterRules: { ...rules, ...levelRules(level) },
      observations: observationSpecs(this.#kind),
      action: this.#continuous
        ? { continuous: 2, discrete: [] }
        : {
            continuous: 0,
            discrete: [NOTCHES, 2],
            ...(this.#kind === 'grid' ? {} : { aligned: { branch: 0, observation: 'rays' } }),
          },
      score: {
        unit: 'bubble',
        units: 'bubbles',
        measure: 'length',
        ...(this.level.human === undefined ? {} : { human: this.level.human }),
      },
      maxEpisodeSteps: level.maxShots,
    }
  }

  get succeeded(): boolean {
    return this.#ended && this.hand.shots > 0 && this.board.captives === 0
  }

  reset(seed: number, observation: Float32Array | null): void {
    this.#random.seed(seed)
    this.board.deal(this.level, this.#random)
    this.hand.current = this.#drawColour()
    this.hand.next = this.#drawColour()
    this.hand.shots = 0
    this.#ended = false
    this.#fired = false
    if (observation !== null) this.observe(observation)
  }

  /** Writes what the player sees now. @param observation  [O] */
  observe(observation: Float32Array): void {
    writeObservation(this.#kind, this.board, this.hand, observation)
  }

  /**
   * Discrete: branch 0 is the notch, branch 1 fires the next bubble instead of the current one. Continuous: value 0 leans
   * the shot from 78 degrees left (-1) to 78 degrees right (1), value 1 above 0 swaps.
   */
  step(action: Action, observation: Float32Array | null): StepResult {
    if (this.#ended) throw new Error(`${this.spec.id}: the episode is over; reset first`)
    this.#aim(action)
    const { board, hand, level } = this
    const shot = this.#shot
    const flight = this.#flight

    shot.colour = shot.swapped ? hand.next : hand.current
    shot.distance = flight.distance
    shot.landing = flight.landing
    board.rest(flight.landing, shot.colour)
    hand.shots++
    this.#fired = true
    if (!shot.swapped) hand.current = hand.next
    if (board.bubbles > 0 && board.counts[hand.current] === 0) hand.current = this.#drawColour()
    hand.next = this.#drawColour()

    const freed = board.freed.count + board.droppedCaptives
    const cleared = board.popped.count + board.dropped.count - board.droppedCaptives
    const won = board.captives === 0
    const { reward } = level
    const result = this.#result
    result.reward =
      reward.shot +
      reward.cleared * Math.min(cleared, reward.clearedLimit) +
      reward.freed * freed +
      (won ? reward.won : 0)
    result.terminated = won
    result.truncated = !won && hand.shots >= level.maxShots
    this.#ended = won || result.truncated
    if (observation !== null) this.observe(observation)
    return result
  }

  snapshot(): Uint8Array {
    const { current, next, shots } = this.hand
    const state = {
      current,
      next,
      shots,
      ended: this.#ended,
      random: this.#random.state,
      cells: this.board.cells,
    }
    return encodeSnapshot(VERSION, this.level, state)
  }

  restore(snapshot: Uint8Array): void {
    const saved = decodeSnapshot(VERSION, this.level, snapshot)
    this.hand.current = saved.current
    this.hand.next = saved.next
    this.hand.shots = saved.shots
    this.#ended = saved.ended
    this.#fired = false
    this.#random.state.set(saved.random)
    this.board.load(saved.cells)
  }

  scene(options?: { readonly aims?: boolean }): BubbleScene {
    const { maxShots, captives } = this.level
    return bubbleScene(this.board, { ...this.hand, maxShots, captives }, options?.aims ?? true)
  }

  events(): readonly BubbleEvent[] {
    return this.#fired ? bubbleEvents(this.board, this.#shot) : []
  }

  animationSeconds(): number {
    return this.#fired ? shotSeconds(this.#shot.distance, this.board) : NEXT_LEVEL_SECONDS
  }

  #aim(action: Action): void {
    if (this.#continuous) {
      const lean = action.continuous[0]!
      const swap = action.continuous[1]!
      if (!(Math.abs(lean) <= 1 && Math.abs(swap) <= 1)) {
        throw new RangeError(`${this.spec.id}: action [${lean}, ${swap}] is outside [-1, 1]`)
      }
      this.#shot.swapped = swap > 0
      this.#shot.lean = lean * MAX_LEAN
      fly(this.board.cells, this.#shot.lean, this.#flight)
      return
    }
    const notch = action.discrete[0]!
    const swap = action.discrete[1]!
    if (!(notch >= 0 && notch < NOTCHES && (swap === 0 || swap === 1))) {
      throw new RangeError(
        `${this.spec.id}: action [${notch}, ${swap}] is outside 0 to ${NOTCHES - 1} and 0 to 1`,
      )
    }
    this.#shot.swapped = swap === 1
    this.#shot.lean = notchLean(notch)
    flyNotch(this.board.cells, notch, this.#flight)
  }

  /** One of the colours still on the board, each as likely; any of the level's when only captives are left. */
  #drawColour(): number {
    const { counts, bubbles } = this.board
    if (bubbles === 0) return 1 + this.#random.below(this.level.colours)
    let kinds = 0
    for (let colour = 1; colour <= COLOURS; colour++) if (counts[colour]! > 0) kinds++
    let left = this.#random.below(kinds)
    for (let colour = 1; colour < CAPTIVE; colour++) if (counts[colour]! > 0 && left-- === 0) return colour
    throw new Error('unreachable: every draw lies among the colours counted')
  }
}
