/** Standard deviation of everything seen so far (Welford 1962). */
export class RunningDeviation {
  #count = 0
  #mean = 0
  #m2 = 0

  /** 0 before two numbers were seen. */
  get value(): number {
    return this.#count < 2 ? 0 : Math.sqrt(this.#m2 / this.#count)
  }

  add(value: number): void {
    this.#count++
    const delta = value - this.#mean
    this.#mean += delta / this.#count
    this.#m2 += delta * (value - this.#mean)
  }

  update(values: Float32Array): void {
    for (const value of values) this.add(value)
  }

  save(): [count: number, mean: number, m2: number] {
    return [this.#count, this.#mean, this.#m2]
  }

  load(saved: readonly [count: number, mean: number, m2: number]): void {
    ;[this.#count, this.#mean, this.#m2] = saved
  }
}
