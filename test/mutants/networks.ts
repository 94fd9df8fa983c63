import { faultsOf, golden, type Mutant } from './mutant.ts'

export const networks: readonly Mutant[] = [
  ...faultsOf(
    'core/learn/networks/distributions.ts',
    ['test/learn/networks/distributions.test.ts'],
    [
      {
        what: 'masks are ignored',
        find: 'mask === null ? logits : add(logits, mul(sub(mask, 1), 1e8))',
        replace: 'logits',
      },
      {
        what: 'the entropy is negative',
        find: 'return neg(sum(mul(exp(logP), logP), [1]))',
        replace: 'return sum(mul(exp(logP), logP), [1])',
      },
      {
        what: 'a density without its deviation',
        find: 'return sum(sub(sub(mul(square(z), -0.5), logStd), halfLogTwoPi), [1])',
        replace: 'return sum(sub(mul(square(z), -0.5), halfLogTwoPi), [1])',
      },
      {
        what: 'the correction for tanh has the wrong sign',
        find: 'sub(gaussianLogProb(u, mean, logStd), sum(correction, [1]))',
        replace: 'add(gaussianLogProb(u, mean, logStd), sum(correction, [1]))',
      },
      {
        what: 'no correction for tanh',
        find: 'sub(gaussianLogProb(u, mean, logStd), sum(correction, [1]))',
        replace: 'gaussianLogProb(u, mean, logStd)',
      },
      {
        what: 'the variance for the deviation in the draw',
        find: 'add(mean, mul(exp(logStd), noise))',
        replace: 'add(mean, mul(exp(mul(logStd, 2)), noise))',
        tests: [golden],
      },
      {
        what: 'both bounds have the mass above',
        find: 'mul(logNormalCdf(mul(sub(-limit, mean), scale)), below)',
        replace: 'mul(logNormalCdf(mul(sub(mean, limit), scale)), below)',
      },
      {
        what: 'the density of a bounded action without the slope',
        find: 'sub(sub(sub(mul(square(z), -0.5), logStd), halfLogTwoPi), slope)',
        replace: 'sub(sub(mul(square(z), -0.5), logStd), halfLogTwoPi)',
      },
      {
        what: 'the entropy of a Gaussian without its half',
        find: 'add(logStd, halfLogTwoPi + 0.5)',
        replace: 'add(logStd, halfLogTwoPi)',
        tests: [golden],
      },
      {
        what: 'forbidden actions are drawn',
        find: 'if (mask !== null && mask[maskAt + i] !== 1) continue\n    weights[i] =',
        replace: 'weights[i] =',
      },
      {
        what: 'the first of all environments is drawn for',
        find: 'weights[i] = Math.exp(logits[at + i]! - highest)',
        replace: 'weights[i] = Math.exp(logits[i]! - highest)',
      },
      {
        what: 'the likeliest action although it is forbidden',
        find: 'if (mask !== null && mask[maskAt + i] !== 1) continue\n    if (best',
        replace: 'if (best',
        tests: ['test/learn/networks/distributions.test.ts'],
      },
    ],
  ),
  ...faultsOf(
    'core/learn/networks/normalizer.ts',
    ['test/learn/networks/normalizer.test.ts', golden],
    [
      {
        what: 'the variance for the deviation',
        find: '1 / Math.sqrt(this.#m2[j]! / this.#count + 1e-8)',
        replace: '1 / (this.#m2[j]! / this.#count + 1e-8)',
      },
      {
        what: 'both factors are of the old mean',
        find: 'delta * (x - mean)',
        replace: 'delta * delta',
      },
      {
        what: 'the deviation is left out',
        find: 'clip(mul(sub(part(x), part(mean)), part(inverse)), -5, 5)',
        replace: 'clip(sub(part(x), part(mean)), -5, 5)',
      },
      {
        what: 'no clip',
        find: 'clip(mul(sub(part(x), part(mean)), part(inverse)), -5, 5)',
        replace: 'mul(sub(part(x), part(mean)), part(inverse))',
      },
      {
        what: 'rows that did not step are taken in',
        find: '(rows === null ? i : rows[i]!) * size',
        replace: 'i * size',
      },
      {
        what: 'settled statistics move',
        find: 'if (this.#settled) return\n    const size',
        replace: 'const size',
        survives: 'what is shown stays as it is in any case, and nothing else is seen of the statistics',
      },
      {
        what: 'images are normalised',
        find: 'return image === null ? clip(',
        replace: 'return image !== undefined ? clip(',
        tests: ['test/learn/networks/encoders.test.ts'],
      },
    ],
  ),
  ...faultsOf(
    'core/learn/networks/layers.ts',
    [golden],
    [
      {
        what: 'layers are not centred before they are normalised',
        find: '(i % (n + 1) === 0 ? 1 : 0) - 1 / n',
        replace: '(i % (n + 1) === 0 ? 1 : 0)',
      },
      {
        what: 'the bias is not centred',
        find: 'add(product, centre(',
        replace: 'add(product, (',
      },
      {
        what: 'layers are not normalised',
        find: 'norm ? rmsNorm(linear) : linear',
        replace: 'linear',
      },
      {
        what: 'not all of a window is pooled',
        find: 'return maximum(ofPair, slice(first, axis, 1, pairs))',
        replace: 'return ofPair',
        tests: ['test/learn/networks/encoders.test.ts'],
      },
    ],
  ),
  ...faultsOf(
    'core/learn/networks/lstm.ts',
    ['test/learn/networks/lstm.test.ts'],
    [
      {
        what: 'input and forget gate are swapped',
        find: 'const [i, f, g, o] =',
        replace: 'const [f, i, g, o] =',
      },
      {
        what: 'the candidate is a gate',
        find: 'mul(sigmoid(i!), tanh(g!))',
        replace: 'mul(sigmoid(i!), sigmoid(g!))',
      },
      {
        what: 'the cell is put out as it is',
        find: 'h = mul(sigmoid(o!), tanh(c))',
        replace: 'h = mul(sigmoid(o!), c)',
      },
      {
        what: 'the cell is kept across episodes',
        find: 'c = mul(c, keeping[t]!)',
        replace: '',
      },
      {
        what: 'the forget gate begins closed',
        find: 'values.fill(1, H, 2 * H)',
        replace: '',
      },
      {
        what: 'the wrong gate begins open',
        find: 'values.fill(1, H, 2 * H)',
        replace: 'values.fill(1, 0, H)',
      },
    ],
  ),
  ...faultsOf(
    'core/learn/networks/networks.ts',
    [golden, 'test/learn/networks/per-taken.test.ts'],
    [
      {
        what: 'rows do not see the rest',
        find: 'add(reshape(first, [B, K, units]), reshape(context, [B, 1, units]))',
        replace: 'reshape(first, [B, K, units])',
      },
      {
        what: 'the row of the taken action is a sum over all',
        find: 'sum(mul(rowsOf(features, aligned), which), [1], { keepDims: true })',
        replace: 'sum(rowsOf(features, aligned), [1], { keepDims: true })',
      },
      {
        what: 'the values of a group are added up',
        find: 'values.map((value) => sum(mul(value, choices[g]!), [1]))',
        replace: 'values.map((value) => sum(value, [1]))',
      },
      {
        what: 'the action is not seen beside the observation',
        find: '...extra], 1)\n  return',
        replace: '...extra.map((value) => mul(value, 0))], 1)\n  return',
      },
    ],
  ),
  ...faultsOf(
    'core/learn/networks/bodies.ts',
    ['test/learn/networks/bodies.test.ts', golden],
    [
      {
        what: 'one layer fewer',
        find: 'for (let layer = 0; layer < settings.num_layers; layer++)',
        replace: 'for (let layer = 1; layer < settings.num_layers; layer++)',
      },
      {
        what: 'blocks replace what they are to add to',
        find: 'h = add(h, dense(',
        replace: 'h = add(sub(h, h), dense(',
      },
      {
        what: 'rows are not centred before they are normalised',
        find: 'rmsNorm(sub(x, mean(x, [1], { keepDims: true })))',
        replace: 'rmsNorm(x)',
      },
    ],
  ),
  ...faultsOf(
    'core/learn/networks/encoders.ts',
    ['test/learn/networks/encoders.test.ts'],
    [
      {
        what: 'what comes after an image begins with it',
        find: 'from = to\n',
        replace: 'from += 0\n',
      },
    ],
  ),
  ...faultsOf(
    'core/learn/networks/policy.ts',
    [golden, 'test/learn/networks/policy.test.ts', 'test/learn/networks/policy-export.test.ts'],
    [
      {
        what: 'logits are bounded by 1',
        find: 'mul(tanh(mul(head!, 1 / shape.logitBound)), shape.logitBound)',
        replace: 'tanh(mul(head!, 1 / shape.logitBound))',
      },
      {
        what: 'clipped actions are not scaled',
        find: 'Math.max(-3, Math.min(3, raw)) / 3',
        replace: 'Math.max(-1, Math.min(1, raw))',
      },
      {
        what: 'the spread is not used',
        find: 'Math.exp(logStd) * (spread * random.normal())',
        replace: 'Math.exp(logStd) * random.normal()',
      },
      {
        what: 'the spread of discrete actions works the wrong way',
        find: 'logits[i] = logits[i]! / spread',
        replace: 'logits[i] = logits[i]! * spread',
      },
      {
        what: 'the deviation is its logarithm',
        find: 'Math.exp(logStd) * (spread * random.normal())',
        replace: 'logStd * (spread * random.normal())',
      },
      {
        what: 'the first spread for every environment',
        find: "this.#program.outputs['log-std']?.[at]",
        replace: "this.#program.outputs['log-std']?.[i]",
      },
      {
        what: 'masks of the first environment for all',
        find: 'layout.jointMask(g, masks!, e * maskWidth, joint, e * group.size)',
        replace: 'layout.jointMask(g, masks!, 0, joint, e * group.size)',
      },
      {
        what: 'what was drawn is kept bounded',
        find: 'if (actions.raw !== undefined) actions.raw[at] = raw',
        replace: 'if (actions.raw !== undefined) actions.raw[at] = Math.tanh(raw)',
      },
      {
        what: 'nothing is remembered',
        find: 'this.#program.inputs.memory?.set(this.memory)',
        replace: '',
      },
    ],
  ),
  ...faultsOf(
    'core/learn/networks/action-layout.ts',
    ['test/learn/networks/action-layout.test.ts'],
    [
      {
        what: 'the size of another branch',
        find: 'index * group.sizes[i]! + discrete',
        replace: 'index * group.sizes[0]! + discrete',
      },
      {
        what: 'an action is allowed when one of its branches is',
        find: 'allowed &= mask',
        replace: 'allowed |= mask',
      },
      {
        what: 'the mask of the first branch for all',
        find: 'mask[offset + this.#branchOffsets[group.branches[i]!]! + (rest % size)]!',
        replace: 'mask[offset + (rest % size)]!',
      },
      {
        what: 'the aligned branch comes last',
        find: 'order.unshift(action.aligned.branch)',
        replace: 'order.push(action.aligned.branch)',
      },
    ],
  ),
]
