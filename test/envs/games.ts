import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { type BubbleEnvironment, referencePlayer } from '../../core/envs/bubble/index.ts'
import { CAPTIVE, CELLS, COLUMNS, centreX, centreY, realCells } from '../../core/envs/bubble/lattice.ts'
import { level25 } from '../../core/envs/bubble/levels/25.ts'
import { decodeSnapshot, encodeSnapshot } from '../../core/envs/bubble/snapshot.ts'
import {
  type Action,
  emptyAction,
  makeEnvironment,
  observationSize,
  type Player,
} from '../../core/envs/index.ts'
import { Random } from '../../core/random.ts'

export function makeBubble(parameters?: Record<string, string>): BubbleEnvironment {
  return makeEnvironment('bubble/25', parameters) as BubbleEnvironment
}

export function shot(notch: number, swap = 0): Action {
  return { continuous: new Float32Array(0), discrete: Int32Array.of(notch, swap) }
}

export const anySeed = fc.nat({ max: 0xffffffff })
export const anyShots = fc.array(fc.tuple(fc.nat({ max: 40 }), fc.nat({ max: 1 })), {
  minLength: 1,
  maxLength: 60,
})

/** A board as it is some way into a game: high boards by a player that clears, low ones by random shots. */
export const anyGame = fc.record({ seed: anySeed, shots: fc.nat({ max: 40 }), skilled: fc.boolean() })

export function playInto(game: { seed: number; shots: number; skilled: boolean }): BubbleEnvironment {
  const environment = makeBubble()
  const random = new Random(game.seed)
  const player = referencePlayer()
  const action = emptyAction(environment.spec)
  environment.reset(game.seed, null)
  player.begin(game.seed)
  for (let k = 0; k < game.shots; k++) {
    if (game.skilled) player.act(environment, new Float32Array(0), action)
    else action.discrete.set([random.below(41), random.below(2)])
    const before = environment.snapshot()
    const { terminated, truncated } = environment.step(action, null)
    if (!terminated && !truncated) continue
    environment.restore(before)
    break
  }
  return environment
}

/** A level in a given state: one line per row, '.' empty, 1 to 4 a colour, 'c' a captive. */
export function draw(rows: readonly string[], current: number, next: number, seed = 1): BubbleEnvironment {
  const environment = makeBubble()
  environment.reset(seed, null)
  const saved = decodeSnapshot(1, level25, environment.snapshot())
  saved.cells.fill(0)
  rows.forEach((line, row) => {
    const held = line.replaceAll(' ', '').split('')
    held.forEach((sign, column) => {
      saved.cells[row * COLUMNS + column] = sign === '.' ? 0 : sign === 'c' ? CAPTIVE : Number(sign)
    })
  })
  environment.restore(encodeSnapshot(1, level25, { ...saved, current, next }))
  return environment
}

/** Neighbours by distance, so that the tests do not lean on the table that they judge. */
export function touching(a: number, b: number): boolean {
  const dx = centreX[a]! - centreX[b]!
  const dy = centreY[a]! - centreY[b]!
  return a !== b && dx * dx + dy * dy < 1.02
}

/** Cells that can be reached from `from` through cells of the set. */
export function reachable(from: readonly number[], set: ReadonlySet<number>): Set<number> {
  const found = new Set(from.filter((cell) => set.has(cell)))
  for (const cell of found)
    for (const other of set) if (!found.has(other) && touching(cell, other)) found.add(other)
  return found
}

export function occupied(cells: ArrayLike<number>): number[] {
  return [...realCells].filter((cell) => cells[cell] !== 0)
}

export function boardCells(environment: BubbleEnvironment): Uint8Array {
  return environment.board.cells.slice(0, CELLS)
}

/** SHA-256 of everything that a game with random actions shows and gives. */
export function gameHash(parameters: Record<string, string>, seed: number, steps: number): string {
  const environment = makeBubble(parameters)
  const observation = new Float32Array(observationSize(environment.spec))
  const action = emptyAction(environment.spec)
  const random = new Random(seed)
  const hash = createHash('sha256')
  environment.reset(seed, observation)
  for (let k = 0; k < steps; k++) {
    hash.update(environment.snapshot()).update(new Uint8Array(observation.buffer))
    for (let i = 0; i < action.continuous.length; i++) action.continuous[i] = 2 * random.uniform() - 1
    if (action.discrete.length > 0) action.discrete.set([random.below(41), random.below(2)])
    const { reward, terminated, truncated } = environment.step(action, observation)
    hash.update(new Uint8Array(Float64Array.of(reward).buffer))
    if (terminated || truncated) environment.reset(seed + 1, observation)
  }
  return hash.digest('hex').slice(0, 32)
}

export interface Outcome {
  readonly mean: number
  readonly deviation: number
  readonly won: number
}

/** Plays the episodes of seeds 0 to n - 1. */
export function playMany(player: Player, n: number): Outcome {
  const environment = makeBubble()
  const observation = new Float32Array(observationSize(environment.spec))
  const action = emptyAction(environment.spec)
  const lengths: number[] = []
  let won = 0
  for (let seed = 0; seed < n; seed++) {
    environment.reset(seed, null)
    player.begin(seed)
    let over = false
    let length = 0
    while (!over) {
      player.act(environment, observation, action)
      const { terminated, truncated } = environment.step(action, null)
      length++
      over = terminated || truncated
    }
    lengths.push(length)
    if (environment.succeeded) won++
  }
  const mean = lengths.reduce((a, b) => a + b) / n
  const variance = lengths.reduce((sum, length) => sum + (length - mean) ** 2, 0) / (n - 1)
  return { mean, deviation: Math.sqrt(variance), won: won / n }
}
