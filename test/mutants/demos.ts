import { faultsOf, type Mutant } from './mutant.ts'

export const demos: readonly Mutant[] = [
  ...faultsOf(
    'core/demos/replay.ts',
    ['test/demos/recorder.test.ts'],
    [
      {
        what: 'always the same board',
        find: 'environment.reset(episode.seed ?? 0, observation)',
        replace: 'environment.reset(0, observation)',
      },
      {
        what: 'continuous actions of the step after',
        find: 'episode.continuous.subarray(i * C, (i + 1) * C)',
        replace: 'episode.continuous.subarray((i + 1) * C, (i + 2) * C)',
      },
      {
        what: 'discrete actions of the first step',
        find: 'episode.discrete.subarray(i * D, (i + 1) * D)',
        replace: 'episode.discrete.subarray(0, D)',
      },
      {
        what: 'observations are compared one step off',
        find: 'const offset = step * observation.length',
        replace: 'const offset = Math.max(0, step - 1) * observation.length',
      },
      {
        what: 'the first observation alone is compared',
        find: 'const offset = step * observation.length',
        replace: 'if (step > 0) continue\n    const offset = step * observation.length',
      },
      {
        what: 'rewards are compared one step off',
        find: 'Object.is(episode.rewards[step - 1], Math.fround(result.reward))',
        replace: 'Object.is(episode.rewards[step], Math.fround(result.reward))',
      },
      {
        what: 'rewards are not compared',
        find: 'if (result !== null && !Object.is(',
        replace: 'if (result !== null && step < 0 && !Object.is(',
      },
      {
        what: 'rewards are compared in double precision',
        find: 'Object.is(episode.rewards[step - 1], Math.fround(result.reward))',
        replace: 'Object.is(episode.rewards[step - 1], result.reward)',
      },
      {
        what: 'a true end that was recorded is not compared',
        find: 'played < steps || ended !== episode.terminated',
        replace: 'played < steps',
      },
      {
        what: 'an early end is not noticed',
        find: 'played < steps || ended !== episode.terminated',
        replace: 'ended !== episode.terminated',
      },
      {
        what: 'zero and negative zero are the same',
        find: '!Object.is(recorded, observation[i])',
        replace: 'recorded !== observation[i]',
      },
      {
        what: 'plays on after the end',
        find: 'if (result.terminated || result.truncated) return',
        replace: '',
      },
      {
        what: 'moments are numbered from 0',
        find: 'yield { step: i + 1, environment',
        replace: 'yield { step: i, environment',
      },
      {
        what: 'another version is played',
        find: 'if (mismatch !== undefined) {',
        replace: 'if (mismatch === null) {',
      },
      {
        what: 'the recorded number is said to be the replayed one',
        find: 'recorded, replayed: observation[i]! }',
        replace: 'recorded: observation[i]!, replayed: recorded }',
      },
    ],
  ),
]
