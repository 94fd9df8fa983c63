/**
 * Sine and cosine by arithmetic that is the same everywhere: Math.sin and Math.cos may differ in the last bit from one
 * platform, or one version of Node, to the next, and where a pole is balanced the last bit decides after a few seconds.
 */

/** pi / 2 to 33 bits, so that its whole multiples below 2^20 are exact. */
const HALF_PI = 1.5707963267341256
/** pi / 2 less that, to double precision. */
const HALF_PI_REST = 6.077100506506192e-11

/** Nearly always the nearest double, for angles up to a million. @param angle  radians */
export function sine(angle: number): number {
  return wave(angle, 0)
}

/** As `sine`. */
export function cosine(angle: number): number {
  return wave(angle, 1)
}

/** sin(angle + quarters pi / 2) */
function wave(angle: number, quarters: number): number {
  const nearest = Math.round(angle / (Math.PI / 2))
  const most = angle - nearest * HALF_PI
  const x = most - nearest * HALF_PI_REST
  const lost = most - x - nearest * HALF_PI_REST // what rounding took from x, within pi / 4 of 0
  const turn = (nearest + quarters) & 3
  const value = (turn & 1) === 0 ? nearSine(x, lost) : nearCosine(x, lost)
  return turn >= 2 ? -value : value
}

// Taylor series of x + lost, smallest terms first; what is left out is below a hundredth of the last bit.
function nearSine(x: number, lost: number): number {
  return x + (x * series(x * x, 3, 19) + lost * (1 - (x * x) / 2))
}

function nearCosine(x: number, lost: number): number {
  const half = (x * x) / 2
  const most = 1 - half
  return most + (1 - most - half - half * series(x * x, 4, 18) - x * lost)
}

/** -z/((n-1)n) (1 - z/((n+1)(n+2)) (1 - ...)), from n = `first` to `last` */
function series(z: number, first: number, last: number): number {
  let sum = 0
  for (let n = last; n >= first; n -= 2) sum = (-z / (n * (n - 1))) * (1 + sum)
  return sum
}
