/**
 * The one source of randomness in core: xoshiro128** 1.1 (Blackman and Vigna, "Scrambled linear pseudorandom number
 * generators", 2021), seeded by splitmix32. Integer arithmetic only, so a seed gives the same numbers on every
 * platform. The state is four words and can be saved and restored, which makes runs resumable bit for bit.
 */
export class Random {
  /** [4] unsigned words, never all zero. */
  readonly state = new Uint32Array(4)
  #spare = Number.NaN

  constructor(seed: number) {
    this.seed(seed)
  }

  /** Restarts the sequence. Seeds are taken modulo 2^32. */
  seed(seed: number): void {
    let x = seed >>> 0
    for (let i = 0; i < 4; i++) {
      x = (x + 0x9e3779b9) >>> 0
      let z = x
      z = Math.imul(z ^ (z >>> 16), 0x85ebca6b)
      z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35)
      this.state[i] = z ^ (z >>> 16)
    }
    if ((this.state[0]! | this.state[1]! | this.state[2]! | this.state[3]!) === 0) this.state[0] = 1
    this.#spare = Number.NaN
  }

  /** A whole number in [0, 2^32). */
  nextUint32(): number {
    const s = this.state
    const s1 = s[1]!
    const x5 = Math.imul(s1, 5)
    const result = Math.imul((x5 << 7) | (x5 >>> 25), 9) >>> 0
    const t = s1 << 9
    s[2] = s[2]! ^ s[0]!
    s[3] = s[3]! ^ s1
    s[1] = s1 ^ s[2]!
    s[0] = s[0]! ^ s[3]!
    s[2] = s[2]! ^ t
    const s3 = s[3]!
    s[3] = (s3 << 11) | (s3 >>> 21)
    return result
  }

  /** Uniform in [0, 1), 32 bits. */
  uniform(): number {
    return this.nextUint32() / 4294967296
  }

  /** A whole number in [0, n), without bias worth noting for n far below 2^32 (Lemire's multiply-shift). */
  below(n: number): number {
    return Math.floor(this.uniform() * n)
  }

  /** Standard normal by Marsaglia's polar method; uses only Math.log and Math.sqrt. */
  normal(): number {
    if (!Number.isNaN(this.#spare)) {
      const spare = this.#spare
      this.#spare = Number.NaN
      return spare
    }
    for (;;) {
      const u = 2 * this.uniform() - 1
      const v = 2 * this.uniform() - 1
      const r2 = u * u + v * v
      if (r2 >= 1 || r2 === 0) continue
      const factor = Math.sqrt((-2 * Math.log(r2)) / r2)
      this.#spare = v * factor
      return u * factor
    }
  }

  /** Fisher-Yates, in place. */
  shuffle(items: { length: number; [index: number]: number }): void {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.below(i + 1)
      const held = items[i]!
      items[i] = items[j]!
      items[j] = held
    }
  }

  /** Everything that determines the numbers to come: the four words and the spare normal (NaN when there is none). */
  save(): number[] {
    return [...this.state, this.#spare]
  }

  restore(saved: readonly number[]): void {
    for (let i = 0; i < 4; i++) this.state[i] = saved[i]!
    this.#spare = saved[4]!
  }
}
