import { expect } from 'vitest'
import type { StepBatch } from '../../core/experience/transitions.ts'
import { Random } from '../../core/random.ts'
import type { Rollout } from '../../core/rollout/rollout.ts'
import type { WorkerPool } from '../../core/rollout/worker-pool.ts'

/** Follows the transitions of every environment of fragile.ts and counts where one does not continue what went before. */
export class Ledger {
  readonly finished: number[] = []
  drops = 0
  transitions = 0
  breaks = 0
  readonly #at = new Map<number, readonly [seed: number, step: number]>()

  take(rollout: Rollout, batch: StepBatch): void {
    const rows = batch.environments ?? Array.from({ length: rollout.count }, (_, e) => e)
    for (const e of rows) {
      const before = [batch.observations[2 * e]!, batch.observations[2 * e + 1]!] as const
      const after = [batch.nextObservations[2 * e]!, batch.nextObservations[2 * e + 1]!] as const
      const [seed, step] = this.#at.get(e) ?? [before[0], 0]
      const goesOn = before[0] === seed && before[1] === step
      const isStep = after[0] === seed && after[1] === step + 1 && batch.rewards[e] === after[1]
      if (!goesOn || !isStep) this.breaks++
      this.transitions++
      if (batch.terminated[e] === 1) this.#at.delete(e)
      else this.#at.set(e, after)
    }
    for (const episode of rollout.finished) {
      const whole = episode.length === 5 + ((episode.seed - 2 ** 30) % 16)
      const sum = (episode.length * (episode.length + 1)) / 2
      if (!whole || episode.return !== sum || this.#at.has(episode.environment)) this.breaks++
      this.finished.push(episode.seed)
    }
    for (const e of rollout.dropped) {
      this.drops++
      this.#at.delete(e)
    }
  }
}

/** Of four workers with three environments each: no more is lost than the episodes that were under way there. */
export async function killAtRandomMoments(rollout: WorkerPool, kills: number): Promise<void> {
  const random = new Random(5)
  const ledger = new Ledger()
  let killed = 0
  rollout.send()
  while (rollout.restarts < kills) {
    if (killed < kills && random.uniform() < 0.05 && rollout.endWorker(random.below(4))) killed++
    ledger.take(rollout, await rollout.receive())
    rollout.send()
  }
  ledger.take(rollout, await rollout.settle())
  expect(killed).toBe(kills)
  expect(ledger.drops).toBe(3 * kills)
  expect(ledger.breaks).toBe(0)
  expect(ledger.finished.length).toBeGreaterThan(kills)
  expect(new Set(ledger.finished).size).toBe(ledger.finished.length)
  expect(rollout.waiting).toBeNull()
}
