/** Running means between two summaries. Keys are namespaced: `loss/critic`, `policy/entropy`, `gail/reward`. */
export class Metrics {
  readonly #sums = new Map<string, { sum: number; count: number }>()

  add(name: string, value: number): void {
    const entry = this.#sums.get(name)
    if (entry === undefined) this.#sums.set(name, { sum: value, count: 1 })
    else {
      entry.sum += value
      entry.count++
    }
  }

  /** The means since the last call, then forgotten. */
  drain(): Record<string, number> {
    const means: Record<string, number> = {}
    for (const [name, { sum, count }] of this.#sums) means[name] = sum / count
    this.#sums.clear()
    return means
  }

  /** Sums and counts, so that a resumed run reports the same means. */
  save(): [name: string, sum: number, count: number][] {
    return [...this.#sums].map(([name, { sum, count }]) => [name, sum, count])
  }

  load(saved: readonly (readonly [name: string, sum: number, count: number])[]): void {
    this.#sums.clear()
    for (const [name, sum, count] of saved) this.#sums.set(name, { sum, count })
  }
}
