/**
 * Single passes over flat blocks of weights, in WebAssembly SIMD. Pointers are byte offsets into the imported memory,
 * multiples of 16; counts are of floats, multiples of 16, with zeros in the place of missing ones.
 */

/** Floats whose squares are summed in single precision before they are carried over into double. */
const BLOCK: usize = 512

// @ts-ignore: decorator
@inline
function lanes(x: v128): f64 {
  return (
    f64(f32x4.extract_lane(x, 0)) +
    f64(f32x4.extract_lane(x, 1)) +
    f64(f32x4.extract_lane(x, 2)) +
    f64(f32x4.extract_lane(x, 3))
  )
}

/** Sum of x^2. */
export function sumOfSquares(x: usize, count: usize): f64 {
  let total: f64 = 0
  const end = x + (count << 2)
  while (x < end) {
    const stop = min(end, x + (BLOCK << 2))
    let a = f32x4.splat(0)
    let b = f32x4.splat(0)
    let c = f32x4.splat(0)
    let d = f32x4.splat(0)
    for (; x < stop; x += 64) {
      const x0 = v128.load(x)
      const x1 = v128.load(x, 16)
      const x2 = v128.load(x, 32)
      const x3 = v128.load(x, 48)
      a = f32x4.add(a, f32x4.mul(x0, x0))
      b = f32x4.add(b, f32x4.mul(x1, x1))
      c = f32x4.add(c, f32x4.mul(x2, x2))
      d = f32x4.add(d, f32x4.mul(x3, x3))
    }
    total += lanes(f32x4.add(f32x4.add(a, b), f32x4.add(c, d)))
  }
  return total
}

/**
 * Below these magnitudes numbers count as zero. Moments of weights whose gradient has died out halve at every step until
 * they are denormal, and arithmetic on those takes a hundred times as long.
 */
const SMALLEST_GRADIENT: f32 = 1e-18
const SMALLEST_M: f32 = 1e-30
const SMALLEST_V: f32 = 1e-36

/**
 * Adam (Kingma and Ba 2015, algorithm 1) with decoupled weight decay (Loshchilov and Hutter 2019):
 *   g = scale * gradient;  m = beta1 m + (1 - beta1) g;  v = beta2 v + (1 - beta2) g^2
 *   w = keep * w - stepSize * m / (sqrt(v) * rootCorrection + epsilon)
 * with stepSize = learning rate / (1 - beta1^t), rootCorrection = 1 / sqrt(1 - beta2^t), keep = 1 - rate * decay.
 * With tau above 0 a target of the same make follows on the way, target += tau * (w - target), block by block, while the
 * block is in the cache: both are bound by memory.
 * Returns the sum of gradient^2, before scaling.
 */
export function adam(
  w: usize,
  gradient: usize,
  m: usize,
  v: usize,
  count: usize,
  stepSize: f32,
  beta1: f32,
  beta2: f32,
  epsilon: f32,
  rootCorrection: f32,
  keep: f32,
  scale: f32,
  target: usize,
  tau: f32,
): f64 {
  const b1 = f32x4.splat(beta1)
  const b2 = f32x4.splat(beta2)
  const c1 = f32x4.splat((1 - beta1) * scale)
  const c2 = f32x4.splat((1 - beta2) * scale * scale)
  const s = f32x4.splat(stepSize)
  const e = f32x4.splat(epsilon)
  const r = f32x4.splat(rootCorrection)
  const k = f32x4.splat(keep)
  const tinyG = f32x4.splat(SMALLEST_GRADIENT)
  const tinyM = f32x4.splat(SMALLEST_M)
  const tinyV = f32x4.splat(SMALLEST_V)
  const end = count << 2
  let total: f64 = 0
  let i: usize = 0
  while (i < end) {
    const start = i
    const stop = min(end, i + (BLOCK << 2))
    let sum = f32x4.splat(0)
    for (; i < stop; i += 16) {
      const given = v128.load(gradient + i)
      const g = v128.and(given, f32x4.gt(f32x4.abs(given), tinyG))
      const g2 = f32x4.mul(g, g)
      sum = f32x4.add(sum, g2)
      let mNew = f32x4.add(f32x4.mul(b1, v128.load(m + i)), f32x4.mul(c1, g))
      let vNew = f32x4.add(f32x4.mul(b2, v128.load(v + i)), f32x4.mul(c2, g2))
      mNew = v128.and(mNew, f32x4.gt(f32x4.abs(mNew), tinyM))
      vNew = v128.and(vNew, f32x4.gt(vNew, tinyV))
      v128.store(m + i, mNew)
      v128.store(v + i, vNew)
      const step = f32x4.div(f32x4.mul(s, mNew), f32x4.add(f32x4.mul(f32x4.sqrt(vNew), r), e))
      v128.store(w + i, f32x4.sub(f32x4.mul(k, v128.load(w + i)), step))
    }
    total += lanes(sum)
    if (tau > 0) polyak(target + start, w + start, (stop - start) >> 2, tau)
  }
  return total
}

/** target += tau * (source - target) */
export function polyak(target: usize, source: usize, count: usize, tau: f32): void {
  const t = f32x4.splat(tau)
  const end = count << 2
  for (let i: usize = 0; i < end; i += 16) {
    const old = v128.load(target + i)
    const change = f32x4.sub(v128.load(source + i), old)
    v128.store(target + i, f32x4.add(old, f32x4.mul(t, change)))
  }
}
