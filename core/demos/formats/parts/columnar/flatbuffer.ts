/** Reads tables of a FlatBuffer, of which Arrow's metadata consist. Every offset is checked against the bytes that are there. */

/** Deeper than any column: lists of lists of numbers. */
const MAX_DEPTH = 16

export class FlatTable {
  readonly #view: DataView
  readonly #at: number
  readonly #depth: number
  /** How many may still be met: many may point to one, which may point to many. */
  readonly #left: { tables: number }

  /** @throws RangeError when there is no table */
  private constructor(view: DataView, at: number, depth: number, left: { tables: number }) {
    if (--left.tables < 0) throw new RangeError('more tables than there is room for')
    this.#left = left
    if (depth > MAX_DEPTH) throw new RangeError(`tables nested more than ${MAX_DEPTH} deep`)
    this.#view = view
    this.#at = at
    this.#depth = depth
  }

  static root(bytes: Uint8Array): FlatTable {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    return new FlatTable(view, view.getUint32(0, true), 0, { tables: bytes.length / 4 })
  }

  int8(field: number, otherwise = 0): number {
    const at = this.#field(field)
    return at === undefined ? otherwise : this.#view.getInt8(at)
  }

  int16(field: number, otherwise = 0): number {
    const at = this.#field(field)
    return at === undefined ? otherwise : this.#view.getInt16(at, true)
  }

  int32(field: number, otherwise = 0): number {
    const at = this.#field(field)
    return at === undefined ? otherwise : this.#view.getInt32(at, true)
  }

  /** As a count: not negative and exact. */
  int64(field: number): number {
    const at = this.#field(field)
    return at === undefined ? 0 : countAt(this.#view, at)
  }

  text(field: number): string {
    const at = this.#field(field)
    if (at === undefined) return ''
    const start = at + this.#view.getUint32(at, true)
    const length = this.#view.getUint32(start, true)
    if (start + 4 + length > this.#view.byteLength) throw new RangeError(`a text of ${length} bytes`)
    return Buffer.from(this.#view.buffer, this.#view.byteOffset + start + 4, length).toString('utf8')
  }

  table(field: number): FlatTable | undefined {
    const at = this.#field(field)
    return at === undefined ? undefined : this.#follow(at)
  }

  tables(field: number): FlatTable[] {
    const { start, length } = this.#vector(field, 4)
    return Array.from({ length }, (_, i) => this.#follow(start + 4 * i))
  }

  /** Structs of two int64, as counts. */
  pairs(field: number): [number, number][] {
    const { start, length } = this.#vector(field, 16)
    return Array.from({ length }, (_, i) => [
      countAt(this.#view, start + 16 * i),
      countAt(this.#view, start + 16 * i + 8),
    ])
  }

  #vector(field: number, stride: number): { start: number; length: number } {
    const at = this.#field(field)
    if (at === undefined) return { start: 0, length: 0 }
    const start = at + this.#view.getUint32(at, true)
    const length = this.#view.getUint32(start, true)
    if (start + 4 + length * stride > this.#view.byteLength)
      throw new RangeError(`a list of ${length} entries`)
    return { start: start + 4, length }
  }

  #follow(at: number): FlatTable {
    return new FlatTable(this.#view, at + this.#view.getUint32(at, true), this.#depth + 1, this.#left)
  }

  /** Where a field lies; undefined when it is left out. */
  #field(index: number): number | undefined {
    const fields = this.#at - this.#view.getInt32(this.#at, true)
    const slot = 4 + 2 * index
    if (slot + 2 > this.#view.getUint16(fields, true)) return undefined
    const offset = this.#view.getUint16(fields + slot, true)
    return offset === 0 ? undefined : this.#at + offset
  }
}

function countAt(view: DataView, at: number): number {
  const value = Number(view.getBigInt64(at, true))
  if (value < 0 || !Number.isSafeInteger(value)) throw new RangeError(`a count of ${value}`)
  return value
}
