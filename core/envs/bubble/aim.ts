/**
 * Where a shot can be aimed. Angles are degrees counter-clockwise from the right: 12 is far right, 90 straight up, 168
 * far left. Everyone, people included, aims in the same 41 notches; notch 0 is 12 degrees, notch 40 is 168.
 */

export const NOTCHES = 41
/** Degrees between two notches. */
export const NOTCH_STEP = 3.9
/** The notch that points straight up. */
export const MIDDLE_NOTCH = 20
/** Furthest lean from straight up, in degrees. */
export const MAX_LEAN = NOTCH_STEP * MIDDLE_NOTCH

/** Lean of a notch to the right of straight up, in degrees. */
export function notchLean(notch: number): number {
  return NOTCH_STEP * (MIDDLE_NOTCH - notch)
}

export function notchAngle(notch: number): number {
  return 90 - notchLean(notch)
}

/** The notch nearest to a lean, kept within the range. */
export function nearestNotch(lean: number): number {
  return Math.min(Math.max(MIDDLE_NOTCH - Math.round(lean / NOTCH_STEP), 0), NOTCHES - 1)
}

/** Horizontal part of the unit vector that leans `lean` degrees to the right of straight up. */
export function leanX(lean: number): number {
  return oddSeries(lean * (Math.PI / 180))
}

/** Vertical part of the same vector; negative, because y points down. */
export function leanY(lean: number): number {
  return -evenSeries(lean * (Math.PI / 180))
}

// Sine and cosine by their Taylor series rather than Math.sin and Math.cos: those may differ in the last bit from one
// platform to the next, and a grazing shot would then hit here and miss there. Below 1.4 rad eleven terms are exact to
// double precision.
function oddSeries(x: number): number {
  return series(x, x, 1)
}

function evenSeries(x: number): number {
  return series(x, 1, 0)
}

function series(x: number, first: number, power: number): number {
  let term = first
  let sum = first
  for (let n = power + 2; n <= power + 22; n += 2) {
    term *= -(x * x) / (n * (n - 1))
    sum += term
  }
  return sum
}
