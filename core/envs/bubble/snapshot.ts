/** The state of a level as bytes: a head, the generator, the cells, and the level's name so that none is mixed up. */
import { DataError } from '../../errors.ts'
import { CAPTIVE, CELLS, COLOURS, columnOf, rowLength, rowOf } from './lattice.ts'
import type { BubbleLevel } from './level.ts'

const MAGIC = [0x42, 0x55, 0x42] as const
const RANDOM_AT = 8
const CELLS_AT = RANDOM_AT + 16
const NAME_AT = CELLS_AT + CELLS

export interface SavedBubble {
  current: number
  next: number
  shots: number
  ended: boolean
  /** [4] state of the generator */
  random: Uint32Array
  /** [154] */
  cells: Uint8Array
}

export function encodeSnapshot(version: number, level: BubbleLevel, state: SavedBubble): Uint8Array {
  const bytes = new Uint8Array(NAME_AT + level.name.length)
  bytes.set([...MAGIC, version, state.current, state.next, state.shots, Number(state.ended)])
  const view = new DataView(bytes.buffer)
  for (let i = 0; i < 4; i++) view.setUint32(RANDOM_AT + 4 * i, state.random[i]!, true)
  bytes.set(state.cells.subarray(0, CELLS), CELLS_AT)
  for (let i = 0; i < level.name.length; i++) bytes[NAME_AT + i] = level.name.charCodeAt(i)
  return bytes
}

/** @throws DataError when the bytes are no snapshot of this version of this level */
export function decodeSnapshot(version: number, level: BubbleLevel, bytes: Uint8Array): SavedBubble {
  const length = NAME_AT + level.name.length
  expect(bytes.length === length, 'length', `${length} bytes`, `${bytes.length}`)
  const head = [...bytes.subarray(0, 3)]
  expect(head.join() === MAGIC.join(), 'byte 0', 'the mark of a bubble snapshot', head.join(' '))
  expect(bytes[3] === version, 'version', `${version}`, `${bytes[3]}`)
  const name = String.fromCharCode(...bytes.subarray(NAME_AT))
  expect(name === level.name, 'level', level.name, name)
  const [current, next, shots, ended] = bytes.subarray(4, 8)
  const colourful = [current!, next!].every((colour) => colour >= 1 && colour <= COLOURS)
  expect(colourful, 'colours in hand', `1 to ${COLOURS}`, `${current} and ${next}`)
  expect(shots! <= level.maxShots && ended! <= 1, 'shots', `at most ${level.maxShots}`, `${shots}`)
  const cells = bytes.slice(CELLS_AT, NAME_AT)
  const wrong = cells.findIndex(
    (held, cell) => held > CAPTIVE || (held > 0 && columnOf(cell) >= rowLength(rowOf(cell))),
  )
  expect(wrong === -1, `cell ${wrong}`, `0 to ${CAPTIVE}, nothing beside the board`, `${cells[wrong]}`)
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  const random = Uint32Array.from({ length: 4 }, (_, i) => view.getUint32(RANDOM_AT + 4 * i, true))
  return { current: current!, next: next!, shots: shots!, ended: ended === 1, random, cells }
}

function expect(holds: boolean, place: string, expected: string, found: string): void {
  if (!holds) throw new DataError({ file: 'snapshot', place: `bubble, ${place}`, expected, found })
}
