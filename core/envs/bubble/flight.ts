/**
 * Where shots go. A shot flies straight, reflects at the walls, and stops when its centre comes within 0.86 of another
 * bubble's or reaches the ceiling; it then takes the nearest neighbouring cell of what it met.
 *
 * That cell is always free: the nearest neighbour of a contact point is at most 0.5 away, so a bubble in it would have
 * been met first. The landing therefore depends on the aim and the bubble met alone, and for the 41 notches everything
 * can be tabulated.
 */
import { leanX, leanY, NOTCHES, notchLean } from './aim.ts'
import {
  CEILING_CELL,
  CEILING_Y,
  centreX,
  centreY,
  LAST_ROW,
  LAUNCHER,
  LEFT_WALL,
  neighbours,
  OUTSIDE,
  RIGHT_WALL,
  realCells,
  rowLength,
  rowOf,
} from './lattice.ts'

/** Centres this near to each other touch; below 1, so that a shot slips through a gap one bubble wide. */
export const CONTACT_DISTANCE = 0.86
const CONTACT_SQUARED = CONTACT_DISTANCE * CONTACT_DISTANCE
/** Slack for comparing computed positions; far above rounding, far below anything that matters. */
const SLACK = 1e-9

/** What a shot does. */
export interface Flight {
  /** The cell it meets, or `CEILING_CELL`. */
  hit: number
  /** The cell where it comes to rest. */
  landing: number
  /** Length of the path up to the contact. */
  distance: number
  /** Wall reflections before the contact. */
  bounces: number
  /** Where the centre is at the contact. */
  x: number
  y: number
}

export function emptyFlight(): Flight {
  return { hit: CEILING_CELL, landing: 0, distance: 0, bounces: 0, x: 0, y: 0 }
}

/** Every flight of the 41 notches: for notch k, entries offsets[k] to offsets[k+1] in the order in which they are met. */
export interface FlightTable {
  /** [42] */
  readonly offsets: Uint16Array
  readonly hit: Uint8Array
  readonly landing: Uint8Array
  readonly distance: Float64Array
  readonly bounces: Uint8Array
}

/**
 * Follows a shot on a board.
 * @param cells   [156], with something at `CEILING_CELL`
 * @param lean    degrees to the right of straight up
 * @param flight  receives the result
 */
export function fly(cells: Uint8Array, lean: number, flight: Flight): void {
  const dx = leanX(lean)
  const dy = leanY(lean)
  reachCeiling(dx, dy, flight)
  for (const cell of realCells) {
    if (cells[cell] !== 0 && meet(dx, dy, cell, flight.distance, flight)) flight.hit = cell
  }
  flight.landing = restingCell(flight)
}

/** As `fly`, for a notch, from the table. The contact point is left out. */
export function flyNotch(cells: Uint8Array, notch: number, flight: Flight): void {
  let entry = table.offsets[notch]!
  while (cells[table.hit[entry]!] === 0) entry++
  flight.hit = table.hit[entry]!
  flight.landing = table.landing[entry]!
  flight.distance = table.distance[entry]!
  flight.bounces = table.bounces[entry]!
}

/** The corners of a path as x0, y0, x1, y1, ...: launcher, reflections, contact after `distance`, centre of `landing`. */
export function pathOf(lean: number, distance: number, landing: number): number[] {
  let dx = leanX(lean)
  const dy = leanY(lean)
  let { x, y }: { x: number; y: number } = LAUNCHER
  let left = distance
  const path = [x, y]
  for (;;) {
    const length = Math.min(left, toWall(x, dx))
    x = length < left ? (dx > 0 ? RIGHT_WALL : LEFT_WALL) : x + dx * length
    y += dy * length
    path.push(x, y)
    if (length === left) break
    left -= length
    dx = -dx
  }
  path.push(centreX[landing]!, centreY[landing]!)
  return path
}

/** Moves `flight` to where a shot that meets no bubble arrives. */
function reachCeiling(dx: number, dy: number, flight: Flight): void {
  let { x, y }: { x: number; y: number } = LAUNCHER
  flight.hit = CEILING_CELL
  flight.distance = (CEILING_Y - y) / dy
  flight.bounces = 0
  for (;;) {
    const length = toWall(x, dx)
    if (length >= (CEILING_Y - y) / dy) break
    x = dx > 0 ? RIGHT_WALL : LEFT_WALL
    y += dy * length
    dx = -dx
    flight.bounces++
  }
  flight.x = x + (dx * (CEILING_Y - y)) / dy
  flight.y = CEILING_Y
}

/** Whether the path comes into contact with `cell` before it is `limit` long; if so, moves `flight` to that contact. */
function meet(dx: number, dy: number, cell: number, limit: number, flight: Flight): boolean {
  const cx = centreX[cell]!
  const cy = centreY[cell]!
  let { x, y }: { x: number; y: number } = LAUNCHER
  let travelled = 0
  for (let bounces = 0; travelled < limit; bounces++) {
    const length = Math.min(toWall(x, dx), limit - travelled)
    const along = (cx - x) * dx + (cy - y) * dy
    const asideSquared = (cx - x) * (cx - x) + (cy - y) * (cy - y) - along * along
    if (asideSquared < CONTACT_SQUARED) {
      const entry = along - Math.sqrt(CONTACT_SQUARED - asideSquared)
      if (entry >= -SLACK && entry < length) {
        flight.distance = travelled + entry
        flight.bounces = bounces
        flight.x = x + dx * entry
        flight.y = y + dy * entry
        return true
      }
    }
    x = dx > 0 ? RIGHT_WALL : LEFT_WALL
    y += dy * length
    travelled += length
    dx = -dx
  }
  return false
}

function toWall(x: number, dx: number): number {
  if (dx === 0) return Number.POSITIVE_INFINITY
  return ((dx > 0 ? RIGHT_WALL : LEFT_WALL) - x) / dx
}

/** The cell nearest to the contact: in row 0 at the ceiling, else beside the bubble met; the left one of two as near. */
function restingCell(flight: Flight): number {
  if (flight.hit === CEILING_CELL) {
    return Math.min(Math.max(Math.ceil(flight.x - 1 - SLACK), 0), rowLength(0) - 1)
  }
  let best = OUTSIDE
  let bestSquared = Number.POSITIVE_INFINITY
  for (let side = 0; side < 6; side++) {
    const cell = neighbours[flight.hit * 6 + side]!
    if (cell === OUTSIDE) continue
    const ex = centreX[cell]! - flight.x
    const ey = centreY[cell]! - flight.y
    const squared = ex * ex + ey * ey
    if (squared < bestSquared - SLACK) {
      best = cell
      bestSquared = squared
    }
  }
  return best
}

function tabulate(): FlightTable {
  const offsets = new Uint16Array(NOTCHES + 1)
  const flights: Flight[] = []
  for (let notch = 0; notch < NOTCHES; notch++) {
    const dx = leanX(notchLean(notch))
    const dy = leanY(notchLean(notch))
    const ceiling = emptyFlight()
    reachCeiling(dx, dy, ceiling)
    const met: Flight[] = []
    for (const cell of realCells) {
      const flight = { ...emptyFlight(), hit: cell }
      // No bubble ever rests in the last row, so none is met there.
      if (rowOf(cell) < LAST_ROW && meet(dx, dy, cell, ceiling.distance, flight)) met.push(flight)
    }
    met.sort((a, b) => a.distance - b.distance || a.hit - b.hit)
    flights.push(...met, ceiling)
    offsets[notch + 1] = flights.length
  }
  for (const flight of flights) flight.landing = restingCell(flight)
  return {
    offsets,
    hit: Uint8Array.from(flights, (flight) => flight.hit),
    landing: Uint8Array.from(flights, (flight) => flight.landing),
    distance: Float64Array.from(flights, (flight) => flight.distance),
    bounces: Uint8Array.from(flights, (flight) => flight.bounces),
  }
}

export const table: FlightTable = tabulate()
