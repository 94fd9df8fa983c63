import { faultsOf, type Mutant } from './mutant.ts'

const room = 'core/rollout'
const vector = 'test/rollout/vector.test.ts'
const group = 'test/rollout/group-rollout.test.ts'
const mastery = 'test/rollout/mastery.test.ts'
const restarts = 'test/rollout/restart-limit.test.ts'

export const rollout: readonly Mutant[] = [
  ...faultsOf(
    `${room}/episodes.ts`,
    [vector, group],
    [
      {
        what: 'the limit comes a step late',
        find: "return length >= limit ? 'cut' : 'goes on'",
        replace: "return length > limit ? 'cut' : 'goes on'",
      },
      {
        what: 'an environment that truncates is not over',
        find: "if (terminated || truncated) return 'over'",
        replace: "if (terminated) return 'over'",
      },
      {
        what: 'what was cut does not say so',
        find: "Number(result.truncated || end === 'cut')",
        replace: 'Number(result.truncated)',
      },
      {
        what: 'what was cut counts as a true end',
        find: 'terminated[e] = Number(result.terminated)',
        replace: "terminated[e] = Number(result.terminated || end === 'cut')",
      },
      {
        what: 'the rewards of an episode go on in the next',
        find: 'this.#returns[e] = 0',
        replace: '',
      },
      {
        what: 'the steps of an episode go on in the next',
        find: 'this.#lengths[e] = 0',
        replace: '',
      },
      {
        what: 'training plays the boards of the comparison',
        find: 'const seed = FIRST_TRAINING_SEED + this.#random.below(2 ** 31)',
        replace: 'const seed = this.#random.below(2 ** 31)',
      },
      {
        what: 'the limit of the environment goes before the chosen one',
        find: 'chosen ?? spec.maxEpisodeSteps ?? spec.patience',
        replace: 'spec.maxEpisodeSteps ?? chosen ?? spec.patience',
      },
      {
        what: 'seeds are drawn anew after loading',
        find: 'this.#random.restore(saved.random)',
        replace: '',
      },
    ],
  ),
  ...faultsOf(
    `${room}/score.ts`,
    [mastery, vector],
    [
      {
        what: 'more bubbles are better',
        find: 'score <= other : score >= other',
        replace: 'score >= other : score <= other',
      },
      {
        what: 'equality is no mastery',
        find: 'score <= other :',
        replace: 'score < other :',
      },
      {
        what: 'the sum of rewards where steps count',
        find: "spec.score.measure === 'length' ? length : sum",
        replace: "spec.score.measure === 'length' ? sum : length",
      },
    ],
  ),
  ...faultsOf(
    `${room}/score-window.ts`,
    [mastery],
    [
      {
        what: 'the window is one step longer',
        find: 'this.#steps[old]! <= step',
        replace: 'this.#steps[old]! < step',
      },
      {
        what: 'the mean over the steps of the window',
        find: '/ this.#scores.length\n',
        replace: '/ this.length\n',
      },
      {
        what: 'scores of forgotten steps are kept',
        find: 'this.#scores.splice(0, old)',
        replace: '',
      },
    ],
  ),
  ...faultsOf(
    `${room}/mastery.ts`,
    [mastery],
    [
      {
        what: 'judged before every environment may have finished',
        find: 'this.#begunAtStep + this.#warmUp + window.length',
        replace: 'this.#begunAtStep + window.length',
      },
      {
        what: 'judged before the window is full',
        find: 'this.#begunAtStep + this.#warmUp + window.length',
        replace: 'this.#begunAtStep + this.#warmUp',
      },
      {
        what: 'what came before the level counts',
        find: 'this.#begunAtStep + this.#warmUp + window.length',
        replace: 'this.#warmUp + window.length',
      },
      {
        what: 'sustained by the short window',
        find: 'const sustained = this.#meets(this.#sustained, step)',
        replace: 'const sustained = this.#meets(this.#window, step)',
      },
      {
        what: 'the last check in place of the first',
        find: 'if (this.#masteredAtStep === null && this.#meets(this.#window, step))',
        replace: 'if (this.#meets(this.#window, step))',
      },
    ],
  ),
  ...faultsOf(
    `${room}/restart-limit.ts`,
    [restarts],
    [
      {
        what: 'one restart more in a life',
        find: 'this.#restarts[worker]! >= maxLifetimeRestarts',
        replace: 'this.#restarts[worker]! > maxLifetimeRestarts',
      },
      {
        what: 'one restart more in a period',
        find: 'recent.length >= rateLimit',
        replace: 'recent.length > rateLimit',
      },
      {
        what: 'a restart at the edge of the period is forgotten',
        find: 'seconds - at <= ratePeriodSeconds',
        replace: 'seconds - at < ratePeriodSeconds',
      },
      {
        what: 'restarts are remembered for ever',
        find: 'this.#recent[worker]!.filter((at) => seconds - at <= ratePeriodSeconds)',
        replace: 'this.#recent[worker]!',
      },
      {
        what: 'restarts within a period are not remembered',
        find: 'recent.push(seconds)\n',
        replace: '',
      },
      {
        what: 'the first worker counts for all',
        find: 'this.#restarts[worker]!++',
        replace: 'this.#restarts[0]!++',
      },
      {
        what: 'no limit is a limit',
        find: 'maxLifetimeRestarts !== -1 &&',
        replace: 'maxLifetimeRestarts !== 0 &&',
      },
    ],
  ),
  ...faultsOf(
    `${room}/vector.ts`,
    [vector],
    [
      {
        what: 'nobody sees where the step has led',
        find: 'row.current.set(row.next)',
        replace: '',
      },
      {
        what: 'the batch has what is seen after the step',
        find: 'batch.observations.set(this.observations)',
        replace: '',
      },
      {
        what: 'masks stay what they were',
        find: 'if (row.mask !== null) environment.writeActionMask!(row.mask)',
        replace: '',
      },
      {
        what: 'the last observation is the first of the next episode',
        find: 'this.#reset(e)\n    } else',
        replace: 'this.#reset(e)\n      row.next.set(row.current)\n    } else',
      },
      {
        what: 'those that were lost have made a step',
        find: 'all.filter((e) => !this.dropped.includes(e))',
        replace: 'all',
      },
    ],
  ),
  ...faultsOf(
    `${room}/group-rollout.ts`,
    [group],
    [
      {
        what: 'an agent that was cut goes on in the same episode',
        find: "if (end === 'cut') this.#episodes.begin(e)",
        replace: '',
      },
      {
        what: 'an agent whose episode is over waits for an action',
        find: 'this.#state[e] = State.empty\n        return [e]',
        replace: 'this.#state[e] = State.waiting\n        return [e]',
      },
      {
        what: 'rows are not in order',
        find: 'Int32Array.from(rows).sort()',
        replace: 'Int32Array.from(rows).sort().reverse()',
      },
      {
        what: 'agents without an episode are lost with their world',
        find: 'if (this.#state[e] !== State.empty) this.#lost.push(e)',
        replace: 'this.#lost.push(e)',
      },
      {
        what: 'all worlds have one seed',
        find: 'make({ seed: seed + g, samplers })',
        replace: 'make({ seed, samplers })',
      },
    ],
  ),
]
