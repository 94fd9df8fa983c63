/** The bubbles on the lattice, and what a bubble that comes to rest does to them. Nothing here allocates per shot. */
import type { Random } from '../../random.ts'
import {
  BOARD_LENGTH,
  CAPTIVE,
  CEILING,
  CEILING_CELL,
  CELLS,
  COLOURS,
  COLUMNS,
  EMPTY,
  LAST_ROW,
  neighbours,
  OUTSIDE,
  realCells,
  rowOf,
} from './lattice.ts'
import type { BubbleLevel } from './level.ts'

/** Same-coloured bubbles, the new one included, that it takes to pop. */
export const POP_SIZE = 3

/** Cells that left the board, in the order in which they did. */
export interface CellList {
  count: number
  readonly cells: Uint8Array
  /** What was in them: 1 to 4 a colour, 5 a captive. */
  readonly held: Uint8Array
}

function cellList(): CellList {
  return { count: 0, cells: new Uint8Array(CELLS), held: new Uint8Array(CELLS) }
}

function add(list: CellList, cell: number, held: number): void {
  list.cells[list.count] = cell
  list.held[list.count] = held
  list.count++
}

export class Board {
  /** [156] what each cell holds; `OUTSIDE` is always empty, `CEILING_CELL` always the ceiling. */
  readonly cells = new Uint8Array(BOARD_LENGTH)
  /** [6] how many cells hold each kind; index 5 counts the captives. */
  readonly counts = new Int32Array(CAPTIVE + 1)
  /** Coloured bubbles on the board. */
  bubbles = 0

  /** What the last shot popped, freed beside a pop, and let fall (captives among them). */
  readonly popped = cellList()
  readonly freed = cellList()
  readonly dropped = cellList()
  /** Captives among the dropped. */
  droppedCaptives = 0
  /** Whether the last shot vanished in the last row. */
  vanished = false

  readonly #queue = new Uint8Array(CELLS)
  /** The stamp of the last search that came by; doubles, because a long run does more than 2^32 searches. */
  readonly #mark = new Float64Array(BOARD_LENGTH)
  #stamp = 0
  /** Number of the same-coloured group of a cell, 0 while not worked out; kept until the board changes. */
  readonly #group = new Uint8Array(BOARD_LENGTH)
  readonly #groupSize = new Uint8Array(CELLS + 1)
  #groups = 0

  get captives(): number {
    return this.counts[CAPTIVE]!
  }

  /** Lays out the start of a level. */
  deal(level: BubbleLevel, random: Random): void {
    const { cells } = this
    cells.fill(EMPTY)
    while (!this.#placeCaptives(level, random)) cells.fill(EMPTY)
    for (const cell of realCells) {
      if (rowOf(cell) >= level.filledRows) break
      if (cells[cell] === CAPTIVE) continue
      const copies = random.uniform() < level.copyProbability
      cells[cell] = (copies && this.#neighbourColour(cell, random)) || 1 + random.below(level.colours)
    }
    this.#recount()
  }

  /** @param cells  [154] */
  load(cells: Uint8Array): void {
    this.cells.set(cells)
    this.#recount()
  }

  copyFrom(other: Board): void {
    this.cells.set(other.cells)
    this.counts.set(other.counts)
    this.bubbles = other.bubbles
    this.#clearOutcome()
  }

  /**
   * Puts a bubble to rest and settles what follows: three or more of a colour pop and free the captives beside them, then
   * whatever no longer hangs on the ceiling drops. In the last row a bubble that pops nothing vanishes.
   */
  rest(cell: number, colour: number): void {
    this.#clearOutcome()
    const { cells, counts } = this
    cells[cell] = colour
    counts[colour]!++
    this.bubbles++
    const size = this.#gather(cell, colour)
    if (size >= POP_SIZE) {
      this.#pop(size)
      this.#dropFloating()
    } else if (rowOf(cell) === LAST_ROW) {
      this.#take(cell)
      this.vanished = true
    }
  }

  /** How many of `colour` would be connected if a bubble of it came to rest in the free cell, itself included. */
  joinedSize(cell: number, colour: number): number {
    const { cells } = this
    const group = this.#group
    let size = 1
    let first = 0
    let second = 0
    for (let i = cell * 6, end = i + 6; i < end; i++) {
      const beside = neighbours[i]!
      if (cells[beside] !== colour) continue
      const id = group[beside]! || this.#findGroup(beside, colour)
      // Three groups of one colour fit around a cell only with one bubble each, so two ids are enough to remember.
      if (id === first || id === second) continue
      size += this.#groupSize[id]!
      second = first
      first = id
    }
    return size
  }

  #clearOutcome(): void {
    this.popped.count = 0
    this.freed.count = 0
    this.dropped.count = 0
    this.droppedCaptives = 0
    this.vanished = false
    if (this.#groups > 0) {
      this.#groups = 0
      this.#group.fill(0)
    }
  }

  #recount(): void {
    this.#clearOutcome()
    const { cells, counts } = this
    cells[OUTSIDE] = EMPTY
    cells[CEILING_CELL] = CEILING
    counts.fill(0)
    for (const cell of realCells) counts[cells[cell]!]!++
    this.bubbles = 0
    for (let colour = 1; colour <= COLOURS; colour++) this.bubbles += counts[colour]!
  }

  /** False when the captives placed so far leave no room for the rest. */
  #placeCaptives(level: BubbleLevel, random: Random): boolean {
    for (let placed = 0; placed < level.captives; placed++) {
      let tries = 0
      let cell: number
      do {
        if (tries++ > CELLS) return false
        cell = realCells[random.below(realCells.length)]!
      } while (rowOf(cell) >= level.captiveRows || this.cells[cell] !== EMPTY || this.#touches(cell, CAPTIVE))
      this.cells[cell] = CAPTIVE
    }
    return true
  }

  #touches(cell: number, held: number): boolean {
    for (let side = 0; side < 6; side++) if (this.cells[neighbours[cell * 6 + side]!] === held) return true
    return false
  }

  /** The colour of a coloured neighbour drawn at random, 0 when there is none. */
  #neighbourColour(cell: number, random: Random): number {
    let count = 0
    for (let side = 0; side < 6; side++) if (this.#colourBeside(cell, side) > 0) count++
    if (count === 0) return 0
    let left = random.below(count)
    for (let side = 0; ; side++) {
      const colour = this.#colourBeside(cell, side)
      if (colour > 0 && left-- === 0) return colour
    }
  }

  /** 0 where there is no coloured bubble. */
  #colourBeside(cell: number, side: number): number {
    const held = this.cells[neighbours[cell * 6 + side]!]!
    return held >= 1 && held <= COLOURS ? held : 0
  }

  #take(cell: number): void {
    const held = this.cells[cell]!
    this.cells[cell] = EMPTY
    this.counts[held]!--
    if (held !== CAPTIVE) this.bubbles--
  }

  /** Collects the connected bubbles of `colour` from `cell` on into the queue. */
  #gather(cell: number, colour: number): number {
    const { cells } = this
    const queue = this.#queue
    const mark = this.#mark
    const stamp = ++this.#stamp
    queue[0] = cell
    mark[cell] = stamp
    let size = 1
    for (let next = 0; next < size; next++) {
      for (let i = queue[next]! * 6, end = i + 6; i < end; i++) {
        const beside = neighbours[i]!
        if (cells[beside] !== colour || mark[beside] === stamp) continue
        mark[beside] = stamp
        queue[size++] = beside
      }
    }
    return size
  }

  #pop(size: number): void {
    const { cells, popped, freed } = this
    for (let k = 0; k < size; k++) {
      const cell = this.#queue[k]!
      add(popped, cell, cells[cell]!)
      this.#take(cell)
      for (let i = cell * 6, end = i + 6; i < end; i++) {
        const beside = neighbours[i]!
        if (cells[beside] !== CAPTIVE) continue
        add(freed, beside, CAPTIVE)
        this.#take(beside)
      }
    }
  }

  #dropFloating(): void {
    const { cells, dropped } = this
    const queue = this.#queue
    const mark = this.#mark
    const stamp = ++this.#stamp
    let size = 0
    for (let cell = 0; cell < COLUMNS; cell++) {
      if (cells[cell] === EMPTY) continue
      mark[cell] = stamp
      queue[size++] = cell
    }
    for (let next = 0; next < size; next++) {
      for (let i = queue[next]! * 6, end = i + 6; i < end; i++) {
        const beside = neighbours[i]!
        if (cells[beside] === EMPTY || mark[beside] === stamp) continue
        mark[beside] = stamp
        queue[size++] = beside
      }
    }
    if (size === this.bubbles + this.captives) return
    for (let k = COLUMNS; k < realCells.length; k++) {
      const cell = realCells[k]!
      const held = cells[cell]!
      if (held === EMPTY || mark[cell] === stamp) continue
      add(dropped, cell, held)
      if (held === CAPTIVE) this.droppedCaptives++
      this.#take(cell)
    }
  }

  /** Numbers the group of `start` and stores its size. Done on demand: aims touch few of the groups of a board. */
  #findGroup(start: number, colour: number): number {
    const { cells } = this
    const group = this.#group
    const queue = this.#queue
    const id = ++this.#groups
    queue[0] = start
    group[start] = id
    let size = 1
    for (let next = 0; next < size; next++) {
      for (let i = queue[next]! * 6, end = i + 6; i < end; i++) {
        const beside = neighbours[i]!
        if (cells[beside] !== colour || group[beside] !== 0) continue
        group[beside] = id
        queue[size++] = beside
      }
    }
    this.#groupSize[id] = size
    return id
  }
}
