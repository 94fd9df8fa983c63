/**
 * The filter box: words and tokens, all of which must hold. `player:me` (me is whoever plays here), `kind:agent`,
 * `env:basic`, `tag:good`, `won:yes` (no, unknown), `seed:7`, `score<20` (or what an environment calls it, `bubbles<20`; or steps, return, rating with < <= = >= >);
 * a leading minus turns one round. Plain words are sought in player, tags and note.
 */
import type { Demonstration } from '../../../core/studio/protocol.ts'

type Test = (row: Demonstration) => boolean

const comparisons = new Map<string, (a: number, b: number) => boolean>([
  ['<', (a, b) => a < b],
  ['<=', (a, b) => a <= b],
  ['=', (a, b) => a === b],
  ['>=', (a, b) => a >= b],
  ['>', (a, b) => a > b],
])

const numbers = new Map<string, (row: Demonstration) => number>([
  ['score', (row) => row.score],
  ['steps', (row) => row.length],
  ['return', (row) => row.return],
  ['rating', (row) => row.rating],
  // What nobody knows is neither less nor more than anything.
  ['seed', (row) => row.seed ?? Number.NaN],
])

const yes = new Set(['yes', 'true', '1'])
const answers = new Set([...yes, 'no', 'false', '0', 'unknown'])
const kinds = new Map([
  ['person', 'human'],
  ['people', 'human'],
  ...['human', 'scripted', 'agent', 'unknown'].map((kind) => [kind, kind] as const),
])

export interface Filter {
  readonly test: Test
  /** Tokens that mean nothing, as they were written. */
  readonly unknown: readonly string[]
}

/**
 * @param me          the name under which the person at this screen plays
 * @param scoreWords  what the score is called besides
 */
export function parseFilter(text: string, me: string, scoreWords: ReadonlySet<string>): Filter {
  const tests: Test[] = []
  const unknown: string[] = []
  for (const token of tokens(text)) {
    const turned = token.startsWith('-') && token.length > 1
    const test = parseToken(turned ? token.slice(1) : token, me, scoreWords)
    if (test === null) unknown.push(token)
    else tests.push(turned ? (row) => !test(row) : test)
  }
  return { test: (row) => tests.every((test) => test(row)), unknown }
}

/** Words, with "several words" held together by quotes. */
function tokens(text: string): string[] {
  return (text.match(/(?:[^\s"]|"[^"]*")+/g) ?? []).map((token) => token.replaceAll('"', ''))
}

function parseToken(token: string, me: string, scoreWords: ReadonlySet<string>): Test | null {
  const comparison = /^([a-z]+)(<=|>=|<|>|=|:)(-?\d+(?:\.\d+)?)$/i.exec(token)
  const word = comparison?.[1]?.toLowerCase() ?? ''
  const number = numbers.get(word) ?? (scoreWords.has(word) ? numbers.get('score') : undefined)
  if (comparison !== null && number !== undefined) {
    const compare = comparisons.get(comparison[2] === ':' ? '=' : comparison[2]!)!
    const value = Number(comparison[3])
    return (row) => compare(number(row), value)
  }
  if (/^[a-z]+[<>=]/i.test(token)) return null
  const [key, ...rest] = token.split(':')
  if (rest.length === 0) return contains(token)
  const value = rest.join(':').toLowerCase()
  return parseKey(key!.toLowerCase(), value, me)
}

function parseKey(key: string, value: string, me: string): Test | null {
  // Nothing after the colon, or what is no answer, must not let everything through.
  if (value === '' || (key === 'won' && !answers.has(value))) return null
  switch (key) {
    case 'player':
      return value === 'me'
        ? (row) => row.playerKind === 'human' && row.playerName === me
        : (row) => row.playerName.toLowerCase().includes(value)
    case 'kind':
      return kinds.has(value) ? (row) => row.playerKind === kinds.get(value) : null
    case 'env':
      return (row) => row.environmentId.toLowerCase().includes(value)
    case 'tag':
      return (row) => row.tags.some((tag) => tag.toLowerCase() === value)
    case 'won':
      return value === 'unknown' ? (row) => row.success === null : (row) => row.success === yes.has(value)
    default:
      return null
  }
}

function contains(word: string): Test {
  const sought = word.toLowerCase()
  return (row) =>
    [row.playerName, row.note, row.environmentId, ...row.tags].some((text) =>
      text.toLowerCase().includes(sought),
    )
}
