/**
 * Scripted players that look one shot ahead. The reference player stands in for the 21 human plays of the published
 * average, which are not public: its flaws are set so that it needs as many bubbles as those people did.
 */
import { Random } from '../../random.ts'
import type { Action, Environment } from '../environment.ts'
import type { Player } from '../player.ts'
import { MAX_LEAN, NOTCHES, nearestNotch, notchLean } from './aim.ts'
import { Board } from './board.ts'
import { BubbleEnvironment } from './bubble.ts'
import { emptyFlight, flyNotch } from './flight.ts'
import { CELLS, ROWS, rowOf } from './lattice.ts'

/** What keeps a player from the best shot it could see. */
export interface Flaws {
  /** Standard deviation of the noise on the worth of each shot, in bubbles. */
  readonly misjudgement: number
  /** Standard deviation of the aim, in degrees; the shot is fired in the notch nearest to where it then points. */
  readonly aimError: number
  /** Probability, shot by shot, of considering shots that bounce off a wall. */
  readonly considersBanks: number
  /** Probability, shot by shot, of considering the next bubble. */
  readonly considersSwap: number
  /** Share of the notches that is overlooked. */
  readonly overlooks: number
}

export const REFERENCE_FLAWS: Flaws = {
  misjudgement: 0.3,
  aimError: 1.6,
  considersBanks: 0.17,
  considersSwap: 0.35,
  overlooks: 0.05,
}

const NO_FLAWS: Flaws = { misjudgement: 0, aimError: 0, considersBanks: 1, considersSwap: 1, overlooks: 0 }

export function referencePlayer(): Player {
  return lookAheadPlayer('scripted reference player', REFERENCE_FLAWS)
}

/** The same judgement without a flaw; what one shot of foresight is worth. */
export function greedyPlayer(): Player {
  return lookAheadPlayer('scripted greedy player', NO_FLAWS)
}

export function lookAheadPlayer(name: string, flaws: Flaws): Player {
  const random = new Random(0)
  const shots = new ShotValues()
  return {
    name,
    kind: 'scripted',
    begin: (seed) => random.seed(seed ^ 0x504c4159),
    act(environment, _observation, action) {
      const game = bubbleOf(environment)
      shots.look(game.board)
      const banks = random.uniform() < flaws.considersBanks
      const swaps = random.uniform() < flaws.considersSwap
      let best = Number.NEGATIVE_INFINITY
      let notch = 0
      let swap = 0
      for (let k = 0; k < NOTCHES; k++) {
        if (random.uniform() < flaws.overlooks) continue
        if (shots.bounces[k]! > 0 && !banks) continue
        for (let s = 0; s <= (swaps ? 1 : 0); s++) {
          const colour = s === 0 ? game.hand.current : game.hand.next
          const value = shots.value(k, colour) + flaws.misjudgement * random.normal()
          if (value <= best) continue
          best = value
          notch = k
          swap = s
        }
      }
      write(action, nearestNotch(notchLean(notch) + flaws.aimError * random.normal()), swap)
    },
  }
}

/** The worth of every shot on a board; shots that land in the same cell are worked out once. */
class ShotValues {
  /** [41] */
  readonly bounces = new Uint8Array(NOTCHES)
  readonly #landing = new Uint8Array(NOTCHES)
  readonly #flight = emptyFlight()
  readonly #trial = new Board()
  readonly #known = new Map<number, number>()
  #board = this.#trial

  look(board: Board): void {
    this.#board = board
    this.#known.clear()
    for (let notch = 0; notch < NOTCHES; notch++) {
      flyNotch(board.cells, notch, this.#flight)
      this.#landing[notch] = this.#flight.landing
      this.bounces[notch] = this.#flight.bounces
    }
  }

  value(notch: number, colour: number): number {
    const cell = this.#landing[notch]!
    const key = colour * CELLS + cell
    let value = this.#known.get(key)
    if (value === undefined) {
      value = this.#work(cell, colour)
      this.#known.set(key, value)
    }
    return value
  }

  /** Bubbles cleared, five for a captive, a little for a pair; high landings keep the board from growing downwards. */
  #work(cell: number, colour: number): number {
    const trial = this.#trial
    const height = 0.1 * (ROWS - rowOf(cell))
    const size = this.#board.joinedSize(cell, colour)
    if (size < 3) return height + (size === 2 ? 0.2 : -1)
    trial.copyFrom(this.#board)
    trial.rest(cell, colour)
    const freed = trial.freed.count + trial.droppedCaptives
    return height + trial.popped.count + trial.dropped.count - trial.droppedCaptives + 5 * freed
  }
}

function bubbleOf(environment: Environment): BubbleEnvironment {
  if (environment instanceof BubbleEnvironment) return environment
  throw new Error(`a scripted bubble player cannot play ${environment.spec.id}`)
}

function write(action: Action, notch: number, swap: number): void {
  if (action.discrete.length > 0) {
    action.discrete[0] = notch
    action.discrete[1] = swap
  } else {
    action.continuous[0] = notchLean(notch) / MAX_LEAN
    action.continuous[1] = swap === 1 ? 1 : -1
  }
}
