/**
 * Plays 400,000 steps of bubble/25 at random and prints how many bytes of heap each took. The young generation is so large
 * (see heap.test.ts) that nothing is collected meanwhile: what the heap has grown by is all that was allocated.
 */
import { makeEnvironment } from '../../core/envs/index.ts'
import { Random } from '../../core/random.ts'
import { VectorEnvironment } from '../../core/rollout/vector.ts'

const vector = new VectorEnvironment(() => makeEnvironment('bubble/25'), 16, { seed: 1 })
const random = new Random(2)
const STEPS = 400_000
let episodes = 0

function play(steps: number): void {
  for (let step = 0; step < steps; step += vector.count) {
    for (let i = 0; i < vector.actions.discrete.length; i += 2) {
      vector.actions.discrete[i] = random.below(41)
      vector.actions.discrete[i + 1] = random.below(2)
    }
    vector.step()
    episodes += vector.finished.length
  }
}

play(100_000)
;(globalThis as unknown as { gc(): void }).gc()
episodes = 0
const before = process.memoryUsage().heapUsed
play(STEPS)
const bytes = process.memoryUsage().heapUsed - before
console.log(JSON.stringify({ bytesPerStep: bytes / STEPS, episodes }))
