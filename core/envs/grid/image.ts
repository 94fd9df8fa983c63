/**
 * The board as a picture: colours as planes, [3, P, P] of 0 to 1, with P = (size + 2) cells of `cellPixels`. Floor is
 * black, the wall around it grey, the agent a blue square, goals a green plus and a red ex.
 */
import type { GridGoal } from './board.ts'

const WALL = 0.4

/** [cellPixels * cellPixels] of 0 and 1 */
type Stencil = Uint8Array

export class GridImage {
  /** P, pixels in a row. */
  readonly pixels: number
  readonly #cellPixels: number
  readonly #empty: Float32Array
  readonly #stencils: Readonly<Record<GridGoal | 'agent', Stencil>>

  constructor(size: number, cellPixels: number) {
    this.pixels = (size + 2) * cellPixels
    this.#cellPixels = cellPixels
    this.#stencils = {
      agent: stencil(cellPixels, () => true),
      plus: stencil(cellPixels, (x, y) => Math.min(Math.abs(x), Math.abs(y)) < cellPixels / 2),
      ex: stencil(cellPixels, (x, y) => Math.abs(Math.abs(x) - Math.abs(y)) < cellPixels / 2),
    }
    const last = this.pixels - cellPixels
    const inside = (at: number) => at >= cellPixels && at < last
    this.#empty = Float32Array.from({ length: 3 * this.pixels ** 2 }, (_, i) => {
      const row = Math.floor(i / this.pixels) % this.pixels
      return inside(row) && inside(i % this.pixels) ? 0 : WALL
    })
  }

  /** Floor and wall, into the first 3 P P values of `image`. */
  clear(image: Float32Array): void {
    image.set(this.#empty)
  }

  draw(image: Float32Array, what: GridGoal | 'agent', row: number, column: number): void {
    const n = this.#cellPixels
    const channel = what === 'ex' ? 0 : what === 'plus' ? 1 : 2
    const shape = this.#stencils[what]
    const corner = (channel * this.pixels + (row + 1) * n) * this.pixels + (column + 1) * n
    for (let y = 0; y < n; y++) {
      for (let x = 0; x < n; x++) image[corner + y * this.pixels + x] = shape[y * n + x]!
    }
  }
}

/** @param covers  x and y are twice the distance from the middle of the cell, so that they are whole */
function stencil(n: number, covers: (x: number, y: number) => boolean): Stencil {
  return Uint8Array.from({ length: n * n }, (_, i) =>
    Number(covers(2 * (i % n) - n + 1, 2 * Math.floor(i / n) - n + 1)),
  )
}
