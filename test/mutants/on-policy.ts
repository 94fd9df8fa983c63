import { faultsOf, golden, type Mutant } from './mutant.ts'

export const onPolicy: readonly Mutant[] = [
  ...faultsOf(
    'core/learn/on-policy/gae.ts',
    ['test/learn/on-policy/gae.test.ts'],
    [
      {
        what: 'lambda discounts what follows a step',
        find: 'gamma * nextValues[t]!',
        replace: 'lambda * nextValues[t]!',
      },
      {
        what: 'later errors are not discounted',
        find: 'gamma * lambda * following',
        replace: 'lambda * following',
      },
      {
        what: 'goes on across a cut',
        find: 'cut[t] === 1 ? 0 : gamma',
        replace: 'cut[t] === 2 ? 0 : gamma',
      },
      {
        what: 'the value of the state is added',
        find: 'nextValues[t]! - values[t]!',
        replace: 'nextValues[t]! + values[t]!',
      },
      {
        what: 'the reward of the step after',
        find: 'const delta = rewards[t]!',
        replace: 'const delta = (rewards[t + 1] ?? 0)',
      },
    ],
  ),
  ...faultsOf(
    'core/learn/on-policy/advantages.ts',
    ['test/learn/on-policy/advantages.test.ts', golden],
    [
      {
        what: 'bootstraps through a true end',
        find: 'buffer.terminated[row] === 1 ? afterEnd',
        replace: 'buffer.terminated[row] === 2 ? afterEnd',
      },
      {
        what: 'no bootstrap at a cut',
        find: '(cutValues.get(row)?.[s] ?? now[t + 1]!)',
        replace: '(cutValues.has(row) ? 0 : now[t + 1]!)',
      },
      {
        what: 'the value of the state itself for the one after it',
        find: '?? now[t + 1]!)',
        replace: '?? now[t]!)',
      },
      {
        what: 'the absorbing state is discounted twice',
        find: '(signal.strength(steps) * ended) / (1 - signal.gamma)',
        replace: '(signal.gamma * signal.strength(steps) * ended) / (1 - signal.gamma)',
      },
      {
        what: 'the absorbing state pays without its strength',
        find: '(signal.strength(steps) * ended) / (1 - signal.gamma)',
        replace: 'ended / (1 - signal.gamma)',
      },
      {
        what: 'the last of the signals alone counts',
        find: 'buffer.advantages[row]! + advantage[t]!',
        replace: 'advantage[t]!',
      },
      {
        what: 'the return is the advantage',
        find: 'advantage[t]! + now[t]!',
        replace: 'advantage[t]!',
      },
      {
        what: 'advantages are not centred',
        find: '(values[i]! - center) / deviation',
        replace: 'values[i]! / deviation',
      },
      {
        what: 'the variance of advantages for their deviation',
        find: 'Math.sqrt(squares / values.length) + 1e-8',
        replace: 'squares / values.length + 1e-8',
      },
    ],
  ),
  ...faultsOf(
    'core/learn/on-policy/buffer-rewards.ts',
    [golden],
    [
      {
        what: 'rewards without their strength',
        find: 'strengths[s]! * reward[i]!',
        replace: 'reward[i]!',
      },
      {
        what: 'all rewards lie in the first minibatch',
        find: 'buffer.signalRewards[(at + i) * S + s]',
        replace: 'buffer.signalRewards[i * S + s]',
      },
    ],
  ),
  ...faultsOf(
    'core/learn/on-policy/critic-first.ts',
    ['test/learn/on-policy/critic-first.test.ts'],
    [
      {
        what: 'waits for a critic that explains nothing',
        find: 'explainedVariance(buffer) >= ENOUGH',
        replace: 'explainedVariance(buffer) < ENOUGH',
      },
      {
        what: 'the share that is not explained',
        find: '1 - errors / length / variance',
        replace: 'errors / length / variance',
      },
    ],
  ),
  ...faultsOf(
    'core/learn/on-policy/minibatches.ts',
    [golden],
    [
      {
        what: 'minibatches are not shuffled',
        find: 'this.#chosen.at = (i) => this.#order[first + i]!',
        replace: 'this.#chosen.at = (i) => first + i',
      },
      {
        what: 'every minibatch is the first',
        find: 'this.#order[first + i]!',
        replace: 'this.#order[i]!',
      },
      {
        what: 'the last minibatch is left out',
        find: 'for (let first = 0; first + M <= N;',
        replace: 'for (let first = 0; first + M < N;',
      },
      {
        what: 'old log-probabilities lie in the first rows',
        find: 'buffer.judge(from, this.#logPi().subarray(0, count))',
        replace: 'buffer.judge(0, this.#logPi().subarray(0, count))',
      },
      {
        what: 'cuts are judged by the first observation of the buffer',
        find: 'count: rows.length, at: () => 0, observation })',
        replace: 'count: rows.length, at: () => 0 })',
      },
      {
        what: 'values after true ends are asked for, and none after cuts',
        find: 'buffer.terminated[row] === 0',
        replace: 'buffer.terminated[row] === 1',
      },
      {
        what: 'actions are judged after clipping',
        find: "update.input('raw', [n, C], gather(buffer.raw, C))",
        replace: "update.input('raw', [n, C], gather(buffer.continuous, C))",
      },
      {
        what: 'masks of the first rows',
        find: 'layout.jointMask(g, buffer.masks, chosen.at(i) * width, to, i * group.size)',
        replace: 'layout.jointMask(g, buffer.masks, i * width, to, i * group.size)',
      },
    ],
  ),
  ...faultsOf(
    'core/learn/on-policy/on-policy.ts',
    [golden],
    [
      {
        what: 'trajectories are cut a step late',
        find: 'length >= settings.time_horizon',
        replace: 'length > settings.time_horizon',
        tests: ['test/learn/on-policy/on-policy.test.ts'],
      },
      {
        what: 'the horizon counts on across cuts',
        find: 'horizon[e] = cut ? 0 : length',
        replace: 'horizon[e] = length',
        tests: ['test/learn/on-policy/on-policy.test.ts'],
      },
      {
        what: 'memory ends where the horizon does',
        find: 'minibatches.adding(e, ended)',
        replace: 'minibatches.adding(e, cut)',
      },
      {
        what: 'one pass fewer',
        find: 'for (let k = 0; k < h.num_epoch; k++)',
        replace: 'for (let k = 1; k < h.num_epoch; k++)',
      },
      {
        what: 'statistics never learn after the first buffer',
        find: 'if (!first) normalizer?.update(buffer.observations)',
        replace: '',
        tests: ['test/learn/on-policy/on-policy.test.ts'],
      },
      {
        what: 'a lost episode is not cut',
        find: 'buffer.cutAfterNewest(environment)',
        replace: '',
        tests: ['test/learn/on-policy/on-policy.test.ts'],
      },
      {
        what: 'lambda is 1',
        find: 'lambda: h.lambd,',
        replace: 'lambda: 1,',
      },
    ],
  ),
  ...faultsOf(
    'core/learn/on-policy/reward-normalizer.ts',
    ['test/learn/on-policy/reward-normalizer.test.ts'],
    [
      {
        what: 'returns are not discounted',
        find: 'this.#returns[environment]! * this.#gamma + reward',
        replace: 'this.#returns[environment]! + reward',
      },
      {
        what: 'returns go on across episodes',
        find: 'this.#returns[environment] = ended ? 0 : sum',
        replace: 'this.#returns[environment] = sum',
      },
      {
        what: 'multiplies',
        find: 'reward / deviation',
        replace: 'reward * deviation',
      },
      {
        what: 'no bound of large rewards',
        find: 'Math.max(-LARGEST, Math.min(LARGEST, reward / deviation))',
        replace: 'reward / deviation',
      },
    ],
  ),
  ...faultsOf(
    'core/learn/on-policy/rollout-buffer.ts',
    ['test/learn/on-policy/rollout-buffer.test.ts', 'test/learn/partial-batches.test.ts', golden],
    [
      {
        what: 'keeps what was seen after the action',
        find: 'copyRow(step.observations, e * O, this.observations, row * O, O)',
        replace: 'copyRow(step.nextObservations, e * O, this.observations, row * O, O)',
      },
      {
        what: 'keeps the clipped action for the drawn one',
        find: 'this.raw[row * C + k] = raw[e * C + k]!',
        replace: 'this.raw[row * C + k] = step.actions.continuous[e * C + k]!',
      },
      {
        what: 'after an end comes the beginning of the next episode',
        find: 'this.#cutAt.get(row)?.observation ?? this.observations',
        replace: 'this.observations',
      },
      {
        what: 'the rows of the first environment for all',
        find: 'if (this.#environment[row] === e) rows.push(row)',
        replace: 'if (this.#environment[row] === 0) rows.push(row)',
      },
      {
        what: 'an ended trajectory is cut again',
        find: 'if (row < 0 || this.cut[row] === 1) return',
        replace: 'if (row < 0) return',
      },
      {
        what: 'links of the buffer before are kept',
        find: 'this.#newest.fill(-1)\n  }',
        replace: '}',
      },
    ],
  ),
  ...faultsOf(
    'core/learn/on-policy/sequence-minibatches.ts',
    [golden],
    [
      {
        what: 'the state is kept where an episode begins, and nowhere else',
        find: 'to[i] = 1 - this.#first[this.#rowOf(i)]!',
        replace: 'to[i] = this.#first[this.#rowOf(i)]!',
      },
      {
        what: 'the state goes on across episodes while learning',
        find: 'to[i] = 1 - this.#first[this.#rowOf(i)]!',
        replace: 'to[i] = 1',
      },
      {
        what: 'the critic remembers across episodes while judging',
        find: 'this.#criticNow.fill(0, e * H, (e + 1) * H)',
        replace: '',
      },
      {
        what: 'sequences begin with the states of others',
        find: 'const at = this.#order[this.#from + s]! * H',
        replace: 'const at = s * H',
      },
      {
        what: 'the policy begins the buffer with nothing remembered',
        find: 'this.#policyNow.set(this.#policyBefore)',
        replace: 'this.#policyNow.fill(0)',
      },
      {
        what: 'what is seen at a cut is judged by the memory of others',
        find: 'this.#criticNow.set(state, i * H)',
        replace: '',
      },
      {
        what: 'the critic goes on from the last cut',
        find: 'this.#criticNow.set(after)',
        replace: '',
      },
      {
        what: 'whoever acts remembers across episodes',
        find: 'if (ended) this.#actor().forget(e)',
        replace: '',
      },
    ],
  ),
]
