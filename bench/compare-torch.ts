/**
 * Whole SAC updates, ours and PyTorch's with its fused Adam, in alternation:
 *
 *     pip install torch numpy
 *     node bin/run.js bench/compare-torch.ts [--python PATH] [--threads 2] [--rounds 11] [--only LABEL]
 */
import { createAngleUpdate } from './learner.ts'
import { type Comparison, comparePeer } from './peer.ts'
import { createSacUpdate, large, type SacSize, small } from './sac-update.ts'

const flat = (label: string, size: SacSize, updates: number, limit: number): Comparison => ({
  label,
  script: 'sac-update-torch.py',
  args: [size.inputs, size.hidden, size.actions, size.batch],
  updates,
  limit,
  ours: (threads) => createSacUpdate(size, 'onnxruntime', threads),
})

const angle = (label: string, form: 'whole' | 'taken', limit: number | null): Comparison => ({
  label,
  script: 'angle-update-torch.py',
  args: [form],
  updates: 20,
  limit,
  ours: (threads) => createAngleUpdate('onnxruntime', threads),
})

await comparePeer('torch', 'pip install torch numpy', [
  flat('512-256-256-40, batch 256', large, 60, 0.8),
  flat('128-128-128-40, batch 128', small, 300, 0.5),
  angle('per angle, batch 128', 'whole', 0.5),
  angle('per angle, batch 128, PyTorch with our shortcut too', 'taken', null),
])
