import { faultsOf, type Mutant } from './mutant.ts'

const rollout = 'test/cluster/remote-actors.test.ts'
const copies = 'test/learn/acting-copy.test.ts'
const behaviour = 'test/learn/on-policy/behaviour.test.ts'

export const actors: readonly Mutant[] = [
  ...faultsOf(
    'core/cluster/chunk.ts',
    [rollout],
    [
      {
        what: 'what was seen after a step is what was seen before it',
        find: '(row + K) * O, batch.nextObservations',
        replace: 'row * O, batch.nextObservations',
      },
      {
        what: 'the first last observation for all of them',
        find: 'this.#final++ * O',
        replace: '0 * O',
      },
      {
        what: 'log-probabilities of the first step',
        find: 'columns.logPi.set(step.actions.logPi!, row)',
        replace: 'columns.logPi.set(step.actions.logPi!, 0)',
      },
      {
        what: 'masks of the first step',
        find: 'copyRow(chunk.masks, row * M, batch.masks, e * M, M)',
        replace: 'copyRow(chunk.masks, 0, batch.masks, e * M, M)',
      },
      {
        what: 'the bounded action for the drawn one',
        find: 'copyRow(chunk.raw, row * C',
        replace: 'copyRow(chunk.continuous, row * C',
      },
    ],
  ),
  ...faultsOf(
    'core/cluster/remote-actors.ts',
    [rollout],
    [
      {
        what: 'nothing is ever too old',
        find: 'const isTooOld = behind > this.#policy.mostBehind',
        replace: 'const isTooOld = false',
      },
      {
        what: 'what is exactly as old as it may be is dropped',
        find: 'behind > this.#policy.mostBehind',
        replace: 'behind >= this.#policy.mostBehind',
      },
      {
        what: 'trajectories go on across what was dropped',
        find: 'this.dropped.push(...this.#crew.environmentsOf(worker))',
        replace: '',
      },
      {
        what: 'a worker begins with the seeds of the one before',
        find: 'this.#episodes.begin(first)',
        replace: '1000 + first',
      },
      {
        what: 'trajectories go on across a lost worker',
        find: 'this.dropped.push(...arrival.dropped)',
        replace: '',
      },
      {
        what: 'trajectories are open in a checkpoint',
        find: 'this.dropped.push(...allRows(this.count))',
        replace: '',
      },
      {
        what: 'the trajectories of a checkpoint go on in other episodes',
        find: 'this.#arrivals.push({ dropped: [...allRows(this.count)]',
        replace: 'this.#arrivals.push({ dropped: []',
      },
      {
        what: 'weights are sent once only',
        find: 'const hasNewest = state.version === version',
        replace: 'const hasNewest = state.version !== null',
      },
    ],
  ),
  ...faultsOf(
    'core/learn/acting-copy.ts',
    [copies],
    [
      {
        what: 'plays the random steps of all workers',
        find: '(state.randomSteps * E) / allEnvs',
        replace: 'state.randomSteps',
      },
      { what: 'plays as widely as the policy', find: '0 : spread })', replace: '0 : 1 })' },
      { what: 'does not explore', find: 'explore?.(actions, everybody)', replace: '{}' },
      {
        what: 'knows no statistics of observations',
        find: 'normalizer?.load(state.normalizer)',
        replace: '',
      },
    ],
  ),
  ...faultsOf(
    'core/learn/networks/distributions.ts',
    [rollout],
    [
      {
        what: 'what is forbidden has a share',
        find: 'if (mask === null || mask[maskAt + i] === 1) total',
        replace: 'total',
      },
      {
        what: 'a density without its spread',
        find: '** 2 - logStd - halfLogTwoPi',
        replace: '** 2 - halfLogTwoPi',
      },
    ],
  ),
  ...faultsOf(
    'core/learn/on-policy/rollout-buffer.ts',
    [behaviour],
    [
      {
        what: 'what whoever acted said of it is judged again',
        find: 'if (Number.isNaN(this.logPi[at + i]!)) this.logPi',
        replace: 'this.logPi',
      },
      {
        what: 'what whoever acted said of it is not saved',
        find: '...links, this.logPi]',
        replace: '...links]',
      },
    ],
  ),
]
