/**
 * Collects experience and prints as JSON how many bytes that allocated and how many of them are still held at the end. Run
 * with --expose-gc and a young generation that holds all that one part allocates: between collections the heap grows by all
 * that is allocated.
 */
import { makeEnvironment, observationSize } from '../../../core/envs/index.ts'
import { ReplayBuffer } from '../../../core/learn/off-policy/replay-buffer.ts'
import { RolloutBuffer } from '../../../core/learn/on-policy/rollout-buffer.ts'
import { Random } from '../../../core/random.ts'
import { VectorEnvironment } from '../../../core/rollout/vector.ts'

const [E, T] = [16, 128]
const PART = 50_000
const steps = Number(process.argv[2])
const vector = new VectorEnvironment(() => makeEnvironment('bubble/25'), E, { seed: 1 })
const { action } = vector.spec
const shape = {
  observation: observationSize(vector.spec),
  continuous: action.continuous,
  branches: action.discrete.length,
  mask: 0,
}
const replay = new ReplayBuffer(20_000, E, shape)
const rollout = new RolloutBuffer(T, E, shape, 1)
const random = new Random(1)

function collect(count: number): void {
  for (let step = 0; step < count; step += E) {
    for (let i = 0; i < vector.actions.discrete.length; i++) {
      vector.actions.discrete[i] = random.below(action.discrete[i % action.discrete.length]!)
    }
    const batch = vector.step()
    replay.add(batch)
    for (let e = 0; e < E; e++)
      rollout.addRow(batch, e, batch.terminated[e] === 1 || batch.truncated[e] === 1)
    if (!rollout.full) continue
    rollout.close()
    rollout.clear()
  }
}

const heap = (): number => process.memoryUsage().heapUsed

collect(200_000)
globalThis.gc!()
const before = heap()
let allocated = 0
for (let part = 0; part < steps; part += PART) {
  const start = heap()
  collect(PART)
  allocated += heap() - start
  globalThis.gc!()
}
console.log(JSON.stringify({ allocated, kept: heap() - before }))
