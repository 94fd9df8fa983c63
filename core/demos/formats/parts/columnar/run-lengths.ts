/** Parquet's hybrid of run lengths and bit-packed groups, which holds levels, flags and indices into dictionaries. */

/**
 * @param width bits per value, 0 to 32
 * @throws RangeError when the bytes hold fewer than `size` values
 */
export function decodeRuns(bytes: Uint8Array, width: number, size: number): Uint32Array {
  const values = new Uint32Array(size)
  let at = 0
  let filled = 0
  while (filled < size) {
    let header = 0
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++]
      if (byte === undefined || shift > 28) throw new RangeError(`${filled} of ${size} values`)
      header += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) break
    }
    const run = Math.floor(header / 2)
    if (header % 2 === 0) {
      let value = 0
      for (let i = 0; i < Math.ceil(width / 8); i++) value += (bytes[at++] ?? 0) * 2 ** (8 * i)
      if (run === 0) continue
      const end = Math.min(size, filled + run)
      values.fill(value, filled, end)
      filled = end
    } else {
      const packed = bytes.subarray(at, at + run * width)
      at += run * width
      const end = Math.min(size, filled + 8 * run)
      // A last group may be cut off behind its last value.
      if (Math.ceil(((end - filled) * width) / 8) > packed.length)
        throw new RangeError(`${filled} of ${size} values`)
      unpack(packed, width, values.subarray(filled, end))
      filled = end
    }
  }
  return values
}

/** Least significant bit first. */
function unpack(packed: Uint8Array, width: number, values: Uint32Array): void {
  for (let i = 0, bit = 0; i < values.length; i++) {
    let value = 0
    for (let got = 0; got < width; ) {
      const taken = Math.min(8 - (bit & 7), width - got)
      const bits = (packed[bit >> 3]! >> (bit & 7)) & ((1 << taken) - 1)
      value += bits * 2 ** got
      got += taken
      bit += taken
    }
    values[i] = value
  }
}
