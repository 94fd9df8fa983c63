/**
 * Non-negative weights by slot, of which one is drawn in proportion to its weight: a binary tree whose leaves are the
 * weights and whose nodes are the sums of their children, so both changing a weight and drawing take O(log n) steps
 * (Schaul et al. 2016, arXiv:1511.05952, appendix B.2.1).
 */
export class SumTree {
  /** Number of leaves, a power of two. */
  readonly #leaves: number
  /** Node i has the children 2 i and 2 i + 1; 1 is the root, slot s the leaf `leaves + s`. */
  readonly #sums: Float64Array

  /** @param slots  all of weight 0 */
  constructor(slots: number) {
    this.#leaves = 2 ** Math.ceil(Math.log2(Math.max(1, slots)))
    this.#sums = new Float64Array(2 * this.#leaves)
  }

  get total(): number {
    return this.#sums[1]!
  }

  weight(slot: number): number {
    return this.#sums[this.#leaves + slot]!
  }

  /** @returns how many nodes were written */
  set(slot: number, weight: number): number {
    let node = this.#leaves + slot
    this.#sums[node] = weight
    let written = 1
    // A sum is always that of its children, never one changed by a difference, so that rounding does not gather.
    for (node >>= 1; node >= 1; node >>= 1, written++) {
      this.#sums[node] = this.#sums[2 * node]! + this.#sums[2 * node + 1]!
    }
    return written
  }

  /**
   * The slot in which `mass` lies when the weights are laid end to end; never one of weight 0.
   * @param mass  in [0, total)
   */
  find(mass: number): number {
    let node = 1
    let left = mass
    while (node < this.#leaves) {
      node *= 2
      const sum = this.#sums[node]!
      // Rounding may leave a mass beyond the last weight: then the way leads where there is some.
      if (left >= sum && this.#sums[node + 1]! > 0) {
        left -= sum
        node++
      }
    }
    return node - this.#leaves
  }

  /** The weights of the first `slots` slots. */
  save(slots: number): Float64Array {
    return this.#sums.slice(this.#leaves, this.#leaves + slots)
  }

  load(weights: Float64Array): void {
    this.#sums.fill(0)
    this.#sums.set(weights, this.#leaves)
    for (let node = this.#leaves - 1; node >= 1; node--) {
      this.#sums[node] = this.#sums[2 * node]! + this.#sums[2 * node + 1]!
    }
  }
}
