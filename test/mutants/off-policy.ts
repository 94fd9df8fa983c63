import { faultsOf, golden, type Mutant } from './mutant.ts'

export const offPolicy: readonly Mutant[] = [
  ...faultsOf(
    'core/learn/off-policy/off-policy.ts',
    [golden],
    [
      {
        what: 'one update too many',
        find: 'for (; updates.value < due; made++)',
        replace: 'for (; updates.value <= due; made++)',
      },
      {
        what: 'targets begin with weights of their own',
        find: 'for (const [follower, followed] of learner.copies ?? []) follower.copyFrom(followed)',
        replace: '',
        tests: ['test/learn/off-policy/off-policy.test.ts'],
      },
      {
        what: 'statistics are of what was before the step',
        find: 'setup.normalizer?.update(batch.nextObservations, rows)',
        replace: 'setup.normalizer?.update(batch.observations, rows)',
        tests: [golden, 'test/learn/off-policy/off-policy.test.ts'],
      },
      {
        what: 'remembers across episodes',
        find: 'if (batch.terminated[e] === 1 || batch.truncated[e] === 1) actor.forget(e)',
        replace: '',
        tests: ['test/learn/off-policy/off-policy.test.ts'],
      },
      {
        what: 'plays at random after pretraining',
        find: '(cloning?.pretrains === true ? 0 : Math.max',
        replace: '(Math.max',
        tests: ['test/learn/cloning.test.ts'],
      },
      {
        what: 'never plays at random',
        find: 'const knowsNothing = randomSteps() > 0',
        replace: 'const knowsNothing = false',
        tests: ['test/learn/off-policy/off-policy.test.ts'],
      },
      {
        what: 'every row is a demonstration',
        find: 'Math.round(h.demonstration_share * h.batch_size)',
        replace: '(h.demonstration_share === 0 ? 0 : h.batch_size)',
      },
    ],
  ),
  ...faultsOf(
    'core/learn/off-policy/window-experience.ts',
    [golden],
    [
      {
        what: 'no (1 - d)',
        find: 'const value = mul(this.#going, next)',
        replace: 'const value = next',
      },
      {
        what: 'only what has ended goes on',
        find: 'const going = sub(1, terminated)',
        replace: 'const going = terminated',
      },
      {
        what: 'whether the first step of a window has ended it',
        find: 'this.#windows.last(going)',
        replace: 'this.#windows.first(going)',
      },
      {
        what: 'bootstraps from the state after the first step',
        find: 'this.#windows.last(nextObservation)',
        replace: 'this.#windows.first(nextObservation)',
      },
      {
        what: 'the mask of now in the next state',
        find: "when === 'now' ? this.#batch.masks : this.#batch.nextMasks",
        replace: 'this.#batch.masks',
      },
      {
        what: 'demonstrations overwrite nothing',
        find: 'replayShape, this.#batch, 0, shown)',
        replace: 'replayShape, this.#batch, 0, 0)',
      },
    ],
  ),
  ...faultsOf(
    'core/learn/off-policy/n-step.ts',
    ['test/learn/off-policy/n-step.test.ts'],
    [
      {
        what: 'rewards beyond the end of a window count',
        find: 'step < lengths[i]! ? power : 0',
        replace: 'power',
      },
      {
        what: 'the bootstrap is always discounted n times',
        find: 'powerOf(gamma, lengths[i]!)',
        replace: 'powerOf(gamma, n)',
      },
      {
        what: 'the bootstrap is discounted once',
        find: 'mul(next, bootstrap)',
        replace: 'mul(next, gamma)',
      },
      {
        what: 'demonstrations go on after a cut',
        find: 'data.terminated[row] === 1 || data.truncated[row] === 1 || row + 1',
        replace: 'data.terminated[row] === 1 || row + 1',
      },
      {
        what: 'a window is longer than it says',
        find: 'length++',
        replace: '',
      },
      {
        what: 'the first discount is gamma',
        find: 'let power = 1\n        for',
        replace: 'let power = gamma\n        for',
      },
    ],
  ),
  ...faultsOf(
    'core/learn/off-policy/replay-buffer.ts',
    ['test/learn/off-policy/replay-buffer.test.ts', 'test/learn/off-policy/n-step.test.ts'],
    [
      {
        what: 'an episode that was cut goes on in the next one',
        find: 'const ended = step.terminated[e] === 1 || step.truncated[e] === 1',
        replace: 'const ended = step.terminated[e] === 1',
      },
      {
        what: 'an episode begins on the last row of the one before',
        find: 'this.#current[e] = ended ? -1 : to',
        replace: 'this.#current[e] = to',
      },
      {
        what: 'a window runs across the end',
        find: 'this.#latest[e] = ended ? -1 : this.#head',
        replace: 'this.#latest[e] = this.#head',
      },
      {
        what: 'what was overwritten is gone on from',
        find: 'if (before >= 0 && before > this.#head - this.capacity) this',
        replace: 'if (before >= 0) this',
      },
      {
        what: 'masks of the state before in the state after',
        find: 'const toMask = (this.#to[t]! % this.#maxRows) * M',
        replace: 'const toMask = (this.#from[t]! % this.#maxRows) * M',
        tests: [golden],
      },
      {
        what: 'the newest transition is never drawn',
        find: 'do id = this.#tail + random.below(this.size)',
        replace: 'do id = this.#tail + random.below(this.size - 1)',
      },
      {
        what: 'rows that were overwritten are drawn',
        find: 'while (!this.isWhole(id))',
        replace: 'while (id < 0)',
      },
      {
        what: 'forgets one transition too many',
        find: 'this.#tail = Math.max(this.#tail, this.#head - this.capacity)',
        replace: 'this.#tail = Math.max(this.#tail, this.#head - this.capacity + 1)',
      },
      {
        what: 'a lost episode is gone on with',
        find: 'this.#latest[environment] = -1\n    this.#current[environment] = -1',
        replace: '',
        tests: ['test/learn/partial-batches.test.ts'],
      },
      {
        what: 'windows are not found again after loading',
        find: 'this.#next[before % this.capacity] = id',
        replace: 'void id',
      },
    ],
  ),
  ...faultsOf(
    'core/learn/off-policy/prioritized-replay.ts',
    ['test/learn/off-policy/replay-priority.test.ts'],
    [
      {
        what: 'no exponent of the priority',
        find: '(Math.abs(errors[i]!) + EPSILON) ** this.#alpha',
        replace: 'Math.abs(errors[i]!) + EPSILON',
      },
      {
        what: 'the sign of the error counts',
        find: 'Math.abs(errors[i]!)',
        replace: 'Math.max(0, errors[i]!)',
      },
      {
        what: 'the exponent of the importance weights is inverted',
        find: '** -beta',
        replace: '** beta',
      },
      {
        what: 'importance weights are not scaled by the greatest',
        find: 'weights[i] = weights[i]! / greatest',
        replace: 'weights[i] = weights[i]!',
      },
      {
        what: 'importance weights do not know the size of the memory',
        find: '((this.size * this.#tree.weight(slot)) / total)',
        replace: '(this.#tree.weight(slot) / total)',
        survives: 'it cancels out when weights are divided by the greatest',
      },
      {
        what: 'new transitions have priority 1',
        find: 'this.#tree.set(id % capacity, this.#greatest)',
        replace: 'this.#tree.set(id % capacity, 1)',
      },
      {
        what: 'the greatest priority is the last one',
        find: 'this.#greatest = Math.max(this.#greatest, priority)',
        replace: 'this.#greatest = priority',
      },
      {
        what: 'draws are not stratified',
        find: 'this.#tree.find((from + random.uniform() * share) * total)',
        replace: 'this.#tree.find(random.uniform() * total)',
        tests: [golden, 'test/learn/off-policy/replay-priority.test.ts'],
      },
      {
        what: 'priorities are given to the wrong rows',
        find: 'this.#tree.set(this.ids[i]! % this.#buffer.capacity, priority)',
        replace: 'this.#tree.set(i % this.#buffer.capacity, priority)',
      },
    ],
  ),
  ...faultsOf(
    'core/learn/off-policy/sum-tree.ts',
    ['test/learn/off-policy/replay-priority.test.ts'],
    [
      {
        what: 'the mass of the left is not taken off',
        find: 'left -= sum',
        replace: '',
      },
      {
        what: 'a mass at the edge lies in the slot before',
        find: 'if (left >= sum &&',
        replace: 'if (left > sum &&',
      },
      {
        what: 'leads to where there is no weight',
        find: 'if (left >= sum && this.#sums[node + 1]! > 0) {',
        replace: 'if (left >= sum) {',
      },
    ],
  ),
  ...faultsOf(
    'core/learn/off-policy/sequence-experience.ts',
    [golden],
    [
      {
        what: 'rows in which nothing was done count',
        find: 'div(sum(mul(values, this.#acted)), sum(this.#acted))',
        replace: 'div(sum(values), this.rows)',
      },
      {
        what: 'no (1 - d)',
        find: 'mul(mul(this.#going, next), this.#context.gammas[k]!)',
        replace: 'mul(next, this.#context.gammas[k]!)',
      },
      {
        what: 'learns through the burn-in',
        find: 'state: stopGradient(warm.state)',
        replace: 'state: warm.state',
      },
      {
        what: 'begins with nothing remembered after the burn-in',
        find: 'state: stopGradient(warm.state)',
        replace: 'state',
      },
      {
        what: 'the next state is that of now',
        find: 'slice(rows, 0, this.#B, this.#B + this.rows)',
        replace: 'slice(rows, 0, 0, this.rows)',
      },
      {
        what: 'remembers across episodes in the burn-in',
        find: 'const past = { state, kept: this.#kept.before }',
        replace: 'const past = { state, kept: null }',
      },
    ],
  ),
  ...faultsOf(
    'core/learn/off-policy/sequence-replay.ts',
    ['test/learn/off-policy/sequence-replay.test.ts'],
    [
      {
        what: 'the newest window is never drawn',
        find: 'const here = Math.max(0, stream.size - this.#window + 1)',
        replace: 'const here = Math.max(0, stream.size - this.#window)',
      },
      {
        what: 'sequence by sequence in place of step by step',
        find: 'stream.copy(place + t, batch, t * count + i)',
        replace: 'stream.copy(place + t, batch, i * this.#window + t)',
        tests: [golden],
      },
      {
        what: 'the first row of an episode keeps the memory of the one before',
        find: 'this.#push(step.observations.subarray(e * O, (e + 1) * O), 0)',
        replace: 'this.#push(step.observations.subarray(e * O, (e + 1) * O), 1)',
      },
      {
        what: 'something was done in the last row of an episode',
        find: 'this.acted[row] = 0',
        replace: 'this.acted[row] = 1',
      },
      {
        what: 'an episode that was cut goes on',
        find: 'this.#open = step.terminated[e] === 0 && step.truncated[e] === 0',
        replace: 'this.#open = step.terminated[e] === 0',
      },
      {
        what: 'a row in which nothing was done gives a transition',
        find: 'if (stream.acted[row] === 0) continue',
        replace: '',
      },
      {
        what: 'the row that follows is the row itself',
        find: 'const next = stream.at(place + 1)',
        replace: 'const next = stream.at(place)',
      },
    ],
  ),
  ...faultsOf(
    'core/learn/off-policy/uniform-play.ts',
    ['test/learn/off-policy/uniform-play.test.ts'],
    [
      {
        what: 'random play pushes one way only',
        find: '2 * random.uniform() - 1',
        replace: 'random.uniform()',
      },
      {
        what: 'the mask of the first branch for all',
        find: 'at += size',
        replace: '',
      },
    ],
  ),
]
