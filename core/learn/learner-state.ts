/** What a learner must remember, declared once: saving, loading and what is refused follow from it. */
import type { AlgorithmState } from './algorithm.ts'

export interface Kept {
  /** Plain data and typed arrays that msgpack can carry. */
  save(): unknown
  /** @throws Error when the state is of another shape */
  load(saved: never): void
}

/** A number that counts what has happened. */
export class Counter implements Kept {
  value = 0

  save(): number {
    return this.value
  }

  load(saved: number): void {
    this.value = saved
  }
}

export class LearnerState {
  readonly #parts = new Map<string, { readonly kept: Kept | null; readonly optional: boolean }>()

  /**
   * @param kept      null where these settings have no such part
   * @param optional  whether a state without it is loaded all the same, and leaves the part as it is
   * @returns it, so that it is declared where it is made
   */
  keep<T extends Kept | null>(name: string, kept: T, { optional = false } = {}): T {
    if (this.#parts.has(name)) throw new Error(`"${name}" is kept twice`)
    this.#parts.set(name, { kept, optional })
    return kept
  }

  keepAll<T extends Kept>(name: string, parts: readonly T[]): readonly T[] {
    this.keep(name, {
      save: () => parts.map((part) => part.save()),
      load: (saved: readonly never[]) => {
        if (saved.length !== parts.length) {
          throw new Error(`${name}: there are ${parts.length}, and ${saved.length} were saved`)
        }
        parts.forEach((part, i) => {
          part.load(saved[i]!)
        })
      },
    })
    return parts
  }

  counter(name: string): Counter {
    return this.keep(name, new Counter())
  }

  save(): AlgorithmState {
    return Object.fromEntries([...this.#parts].map(([name, { kept }]) => [name, kept?.save() ?? null]))
  }

  load(state: AlgorithmState): void {
    for (const [name, { kept, optional }] of this.#parts) {
      if (kept === null) continue
      const saved = state[name]
      if (saved != null) kept.load(saved as never)
      else if (!optional) throw new Error(`the saved state has no ${name}`)
    }
  }
}
