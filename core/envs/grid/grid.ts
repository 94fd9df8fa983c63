/**
 * ML-Agents' GridWorld with its visual observation: a square board with an agent, green pluses and red exes at random. A
 * step costs 0.01, the goal pays 1 and the other -1 (in place of that step's cost, as there); both end the episode. The goal
 * is the plus or, with goal "either" (release 21), one of the two, drawn for each episode and shown beside the image.
 *
 * Differs from ML-Agents: the image is drawn by rule, [3, 28, 28], not rendered by a camera, [3, 64, 84]: it shows the
 * same, and a step costs microseconds. It is square and shows the wall on all four sides. The goal is the plus by default,
 * as in older releases, so that the test of visual encoders is about seeing alone.
 */
import { DataError, UserError } from '../../errors.ts'
import { Random } from '../../random.ts'
import type { Drawing, DrawingEvent } from '../drawing/drawing.ts'
import type { Action, Environment, EnvironmentSpec, ParameterValue, StepResult } from '../environment.ts'
import { readParameters } from '../parameters.ts'
import { GOALS, type GridBoard, type GridCell } from './board.ts'
import { drawGrid, gridEvents } from './drawing.ts'
import { GridImage } from './image.ts'

/** By action; row 0 is at the top. */
const MOVES = [
  { rows: 0, columns: 0, direction: null },
  { rows: -1, columns: 0, direction: 'up' },
  { rows: 1, columns: 0, direction: 'down' },
  { rows: 0, columns: -1, direction: 'left' },
  { rows: 0, columns: 1, direction: 'right' },
] as const
const MAGIC = [0x47, 0x52, 0x44] as const // GRD
const HEAD_BYTES = 10
const RULES = {
  gridSize: { from: 3, to: 12, initial: 5 },
  numPlusGoals: { from: 1, to: 20, initial: 1 },
  numExGoals: { from: 1, to: 20, initial: 1 },
  goal: { oneOf: ['plus', 'either'] },
  cell_pixels: { from: 4, to: 16, initial: 4 },
  max_steps: { from: 1, to: 65535, initial: 100 },
} as const

const DESCRIPTIONS = {
  plus: 'Walk to the green plus in as few steps as you can, and keep away from the red cross.',
  either: 'Walk to what the board asks for, the green plus or the red cross, in as few steps as you can.',
} as const satisfies Record<(typeof RULES)['goal']['oneOf'][number], string>

export class GridEnvironment implements Environment {
  readonly spec: EnvironmentSpec
  readonly #size: number
  readonly #pluses: number
  readonly #goalSignal: boolean
  readonly #maxSteps: number
  readonly #image: GridImage
  readonly #random = new Random(0)
  readonly #result: StepResult = { reward: 0, terminated: false, truncated: false }
  /** [objects], the pluses first; cell = row * size + column */
  readonly #objects: Uint8Array
  #agent = 0
  #goal = 0
  #steps = 0
  #ended = true
  /** Index of the goal that was reached, -1 before. */
  #reached = -1
  /** The last action and where it began; -1 when there is nothing to tell. */
  #acted = -1
  #before = 0

  constructor(parameters?: Readonly<Record<string, ParameterValue>>) {
    const given = readParameters('grid', RULES, parameters)
    const { gridSize, numPlusGoals, numExGoals, goal, cell_pixels, max_steps } = given
    const objects = numPlusGoals + numExGoals
    if (objects >= gridSize ** 2) {
      throw new UserError(
        `grid: ${objects} goals and the agent do not fit on ${gridSize} x ${gridSize} cells`,
        {
          usage: true,
          remedy: 'give a larger gridSize, or fewer goals',
        },
      )
    }
    this.#size = gridSize
    this.#pluses = numPlusGoals
    this.#goalSignal = goal === 'either'
    this.#maxSteps = max_steps
    this.#image = new GridImage(gridSize, cell_pixels)
    this.#objects = new Uint8Array(objects)
    const { pixels } = this.#image
    const signal = {
      name: 'goal',
      shape: [GOALS.length],
      description: 'what to reach, one-hot: the green plus, the red ex',
      range: [0, 1] as const,
    }
    this.spec = {
      id: 'grid',
      title: 'Grid',
      description: DESCRIPTIONS[goal],
      version: 1,
      parameters: given,
      parameterRules: RULES,
      observations: [
        {
          name: 'image',
          shape: [3, pixels, pixels],
          description: 'red, green and blue of the board from above, 0 to 1',
          range: [0, 1],
        },
        ...(this.#goalSignal ? [signal] : []),
      ],
      action: { continuous: 0, discrete: [MOVES.length], masked: true },
      score: { unit: 'point', units: 'points', measure: 'return' },
      maxEpisodeSteps: max_steps,
    }
  }

  get succeeded(): boolean {
    return this.#reached === this.#goal
  }

  reset(seed: number, observation: Float32Array | null): void {
    const random = this.#random
    random.seed(seed)
    const cells = this.#size ** 2
    const objects = this.#objects
    for (let i = 0; i < objects.length; i++) {
      do objects[i] = random.below(cells)
      while (objects.indexOf(objects[i]!) < i)
    }
    do this.#agent = random.below(cells)
    while (objects.includes(this.#agent))
    this.#goal = this.#goalSignal ? random.below(GOALS.length) : 0
    this.#steps = 0
    this.#ended = false
    this.#reached = -1
    this.#acted = -1
    this.#observe(observation)
  }

  /** Branch 0: 0 stays, 1 goes up, 2 down, 3 left, 4 right; towards the wall is forbidden by the mask and stays. */
  step(action: Action, observation: Float32Array | null): StepResult {
    if (this.#ended) throw new Error('grid: the episode is over; reset first')
    const index = action.discrete[0]!
    const move = MOVES[index]
    if (move === undefined) throw new RangeError(`grid: action ${index} is not 0 to ${MOVES.length - 1}`)

    this.#acted = index
    this.#before = this.#agent
    if (this.#isOpen(index)) this.#agent += move.rows * this.#size + move.columns
    this.#steps++
    const object = this.#objects.indexOf(this.#agent)
    this.#reached = object < 0 ? -1 : object < this.#pluses ? 0 : 1

    const result = this.#result
    result.terminated = object >= 0
    result.reward = object < 0 ? -0.01 : this.succeeded ? 1 : -1
    result.truncated = !result.terminated && this.#steps >= this.#maxSteps
    this.#ended = result.terminated || result.truncated
    this.#observe(observation)
    return result
  }

  /** Forbids the ways into the wall. */
  writeActionMask(mask: Uint8Array): void {
    for (let index = 0; index < MOVES.length; index++) mask[index] = Number(this.#isOpen(index))
  }

  /** Chance is over once the board is drawn, so the generator is no part of it. */
  snapshot(): Uint8Array {
    const bytes = new Uint8Array(HEAD_BYTES + this.#objects.length)
    bytes.set([...MAGIC, this.spec.version, this.#agent, this.#goal, Number(this.#ended), this.#reached + 1])
    new DataView(bytes.buffer).setUint16(8, this.#steps, true)
    bytes.set(this.#objects, HEAD_BYTES)
    return bytes
  }

  restore(snapshot: Uint8Array): void {
    const known = MAGIC.every((byte, i) => snapshot[i] === byte) && snapshot[3] === this.spec.version
    const [agent, goal, ended, reached] = snapshot.subarray(4, 8)
    const cells = this.#size ** 2
    const objects = snapshot.subarray(HEAD_BYTES)
    const sensible =
      objects.length === this.#objects.length &&
      [agent!, ...objects].every((cell) => cell < cells) &&
      goal! < GOALS.length &&
      ended! <= 1 &&
      reached! <= GOALS.length
    if (!known || !sensible) {
      throw new DataError({
        file: 'snapshot',
        place: 'grid',
        expected: `${HEAD_BYTES + this.#objects.length} bytes of version ${this.spec.version}`,
        found: `${snapshot.length} bytes beginning with [${[...snapshot.subarray(0, 8)]}]`,
      })
    }
    this.#agent = agent!
    this.#goal = goal!
    this.#ended = ended === 1
    this.#reached = reached! - 1
    this.#steps = new DataView(snapshot.buffer, snapshot.byteOffset).getUint16(8, true)
    this.#objects.set(objects)
    this.#acted = -1
  }

  scene(): Drawing {
    return drawGrid(this.#board, GOALS[this.#reached] ?? null)
  }

  events(): readonly DrawingEvent[] {
    if (this.#acted < 0) return []
    const { direction } = MOVES[this.#acted]!
    return gridEvents(this.#board, GOALS[this.#reached] ?? null, this.#cell(this.#before), direction)
  }

  get #board(): GridBoard {
    return {
      size: this.#size,
      agent: this.#cell(this.#agent),
      objects: Array.from(this.#objects, (cell, i) => ({
        ...this.#cell(cell),
        goal: i < this.#pluses ? 'plus' : 'ex',
      })),
      goal: GOALS[this.#goal]!,
    }
  }

  #isOpen(index: number): boolean {
    const { rows, columns } = MOVES[index]!
    const row = Math.floor(this.#agent / this.#size) + rows
    const column = (this.#agent % this.#size) + columns
    return row >= 0 && row < this.#size && column >= 0 && column < this.#size
  }

  #cell(cell: number): GridCell {
    return { row: Math.floor(cell / this.#size), column: cell % this.#size }
  }

  #observe(observation: Float32Array | null): void {
    if (observation === null) return
    const image = this.#image
    image.clear(observation)
    for (let i = 0; i < this.#objects.length; i++) {
      const cell = this.#objects[i]!
      const what = i < this.#pluses ? 'plus' : 'ex'
      image.draw(observation, what, Math.floor(cell / this.#size), cell % this.#size)
    }
    image.draw(observation, 'agent', Math.floor(this.#agent / this.#size), this.#agent % this.#size)
    if (!this.#goalSignal) return
    const at = 3 * image.pixels ** 2
    for (let goal = 0; goal < GOALS.length; goal++) observation[at + goal] = Number(goal === this.#goal)
  }
}
