/**
 * Whole SAC updates, ours and those of JAX as one jit-compiled function, in alternation:
 *
 *     pip install jax
 *     node bin/run.js bench/compare-jax.ts [--python PATH] [--threads 2] [--rounds 11] [--only LABEL]
 */
import { type Comparison, comparePeer } from './peer.ts'
import { createSacUpdate, large, type SacSize, small } from './sac-update.ts'

const flat = (label: string, size: SacSize, updates: number, limit: number): Comparison => ({
  label,
  script: 'sac-update-jax.py',
  args: [size.inputs, size.hidden, size.actions, size.batch],
  updates,
  limit,
  ours: (threads) => createSacUpdate(size, 'onnxruntime', threads),
})

await comparePeer('jax', 'pip install jax', [
  flat('512-256-256-40, batch 256', large, 60, 1),
  flat('128-128-128-40, batch 128', small, 300, 0.7),
])
