/** Numbers as text that reads back as the same bits. */

/**
 * A double-precision number, as short as it can be. The sign of a negative zero is part of the value; with a decimal point
 * it survives readers that tell whole numbers from others.
 */
export function doubleText(value: number): string {
  return Object.is(value, -0) ? '-0.0' : String(value)
}

/** As short as it can be and still give the same single-precision number. */
export function singleText(value: number): string {
  for (let digits = 6; digits < 9 && !Number.isInteger(value); digits++) {
    const shorter = Number(value.toPrecision(digits))
    if (Math.fround(shorter) === value) return String(shorter)
  }
  return doubleText(value)
}

/** The same with a decimal point or an exponent, for readers that take a column of whole numbers for integers. */
export function singleFloatText(value: number): string {
  const text = singleText(value)
  return /[.e]/.test(text) ? text : `${text}.0`
}
