import { faultsOf, type Mutant } from './mutant.ts'

const room = 'core/evaluate'
const statistics = 'test/evaluate/statistics.test.ts'
const compare = 'test/evaluate/compare.test.ts'

export const evaluate: readonly Mutant[] = [
  ...faultsOf(
    `${room}/statistics.ts`,
    [statistics],
    [
      {
        what: 'a third of the values is cut from either end',
        find: 'Math.floor(sorted.length / 4)',
        replace: 'Math.floor(sorted.length / 3)',
      },
      {
        what: 'only low values are cut',
        find: 'sorted.subarray(cut, sorted.length - cut)',
        replace: 'sorted.subarray(cut)',
      },
      {
        what: 'numbers are sorted as words',
        find: 'const sorted = Float64Array.from(values).sort()',
        replace: 'const sorted = Float64Array.from([...values].sort())',
      },
      {
        what: 'the deviation of a population',
        find: '/ (values.length - 1))',
        replace: '/ values.length)',
      },
      {
        what: 'every resample is the sample',
        find: 'values[random.below(values.length)]!',
        replace: 'values[i]!',
      },
      {
        what: 'the first value is never drawn',
        find: 'values[random.below(values.length)]!',
        replace: 'values[1 + random.below(values.length - 1)]!',
      },
      {
        what: 'both tails have the whole of what is left',
        find: 'const tail = (1 - confidence) / 2',
        replace: 'const tail = 1 - confidence',
      },
      {
        what: 'the low end twice',
        find: 'quantile(results, 1 - tail)]',
        replace: 'quantile(results, tail)]',
      },
      {
        what: 'the results are not sorted',
        find: 'results.sort()\n',
        replace: '',
      },
      {
        what: 'a quantile of one value more',
        find: 'const position = q * (sorted.length - 1)',
        replace: 'const position = Math.min(q * sorted.length, sorted.length - 1)',
      },
      {
        what: 'no interpolation',
        find: 'sorted[below]! + (position - below) * (sorted[above]! - sorted[below]!)',
        replace: 'sorted[below]!',
      },
      {
        what: 'a tie is a loss',
        find: 'if (a === b) return 0.5',
        replace: 'if (a === b) return 0',
      },
      {
        what: 'more is better where fewer is',
        find: 'a < b === fewerIsBetter',
        replace: 'a < b !== fewerIsBetter',
      },
      {
        what: 'the paired difference has the wrong sign',
        find: 'pairs.map(([x, y]) => x - y)',
        replace: 'pairs.map(([x, y]) => y - x)',
      },
      {
        what: 'the other wins',
        find: 'wins(x, y, fewerIsBetter)',
        replace: 'wins(y, x, fewerIsBetter)',
      },
      {
        what: 'the interval of the difference is that of the wins',
        find: 'differenceCi95: bootstrapInterval(differences, mean, options)',
        replace: 'differenceCi95: bootstrapInterval(better, mean, options)',
      },
      {
        what: 'what nobody knows is a loss',
        find: 'episodes.filter(({ success }) => success !== null)',
        replace: 'episodes.filter(() => true)',
        tests: [compare],
      },
    ],
  ),
  ...faultsOf(
    `${room}/compare.ts`,
    [compare],
    [
      {
        what: 'boards that are not held out count',
        find: 'played[i]!.filter(({ seed }) => seed !== null && held.has(seed))',
        replace: 'played[i]!',
      },
      {
        what: 'the boards of people are not played',
        find: 'const boards = [...new Set([...seeds, ...people])]',
        replace: 'const boards = [...new Set(seeds)]',
      },
      {
        what: 'players pair on the boards of people',
        find: 'recorded || other.player === undefined ? played : judged',
        replace: 'played',
      },
      {
        what: 'pairs by row in place of by board',
        find: 'const other = b.get(seed)',
        replace: 'const other = [...b.values()][0]',
      },
      {
        what: 'the first play of a board for all of them',
        find: 'mean(group.map(({ score }) => score))',
        replace: 'group[0]!.score',
      },
      {
        what: 'unknown boards pair with each other',
        find: 'seed === null ? [] : [[seed, mean',
        replace: 'seed === undefined ? [] : [[seed!, mean',
      },
      {
        what: 'the shortest limit for everybody',
        find: 'Math.max(...own)',
        replace: 'Math.min(...own)',
      },
      {
        what: 'the human average has to be lost against',
        find: 'wins(score, human, fewerIsBetter)',
        replace: 'wins(human, score, fewerIsBetter)',
      },
    ],
  ),
  ...faultsOf(
    `${room}/evaluate.ts`,
    [compare],
    [
      {
        what: 'solved by half of the boards',
        find: 'won >= SOLVED_WIN_RATE',
        replace: 'won >= SOLVED_WIN_RATE / 2',
      },
      {
        what: 'mastered by the mean of the interquartile range',
        find: 'atLeastAsGood(spec.score, score.mean, human.mean)',
        replace: 'atLeastAsGood(spec.score, human.mean, score.mean)',
      },
    ],
  ),
  ...faultsOf(
    `${room}/play.ts`,
    [compare],
    [
      {
        what: 'the last reward alone',
        find: 'sum += reward',
        replace: 'sum = reward',
      },
      {
        what: 'steps are counted from 0',
        find: 'for (let steps = 1; ; steps++)',
        replace: 'for (let steps = 0; ; steps++)',
      },
      {
        what: 'what was cut is not truncated',
        find: "truncated: truncated || end === 'cut'",
        replace: 'truncated',
      },
      {
        what: 'every board is the same',
        find: 'environment.reset(seed, observation)',
        replace: 'environment.reset(0, observation)',
      },
    ],
  ),
]
