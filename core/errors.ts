/**
 * The three kinds of failure. A `UserError` is a request that cannot be met: it is shown with what to do about it.
 * A `DataError` is a bad file or database. Anything else that is thrown is a bug and ends the process that has it.
 */

/** A request that cannot be met. `message` says what is wrong, `remedy` what to do about it. */
export class UserError extends Error {
  readonly remedy: string | undefined
  /** Exit code of the command line: 2 for wrong usage, 1 for everything else. */
  readonly exitCode: 1 | 2

  constructor(message: string, options: { remedy?: string; usage?: boolean; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'UserError'
    this.remedy = options.remedy
    this.exitCode = options.usage ? 2 : 1
  }
}

/** What a person's own plugin threw: the plugin is to be mended, and nothing else is wrong. */
export class PluginError extends UserError {
  constructor(message: string, cause?: unknown) {
    super(message, {
      cause,
      remedy: 'fix the plugin; on the command line, --verbose shows where it happened',
    })
    this.name = 'PluginError'
  }
}

/** A file or database whose content is not what it must be. Nothing of it is taken over. */
export class DataError extends Error {
  readonly file: string
  readonly place: string
  readonly expected: string
  readonly found: string
  /** Where it says it better than place, expectation and finding one after the other: the message. */
  readonly sentence: string | undefined

  constructor(problem: {
    file: string
    place: string
    expected: string
    found: string
    sentence?: string | undefined
    cause?: unknown
  }) {
    const { file, place, expected, found, sentence } = problem
    super(sentence ?? `${file}: ${place}: expected ${expected}, found ${found}`, { cause: problem.cause })
    this.name = 'DataError'
    this.file = problem.file
    this.place = problem.place
    this.expected = problem.expected
    this.found = problem.found
    this.sentence = sentence
  }
}

/** Marks the branch of a union that cannot be reached; the compiler proves it. */
export function assertNever(value: never): never {
  throw new Error(`unexpected value ${JSON.stringify(value)}`)
}

/** The known word nearest to `word` by edit distance, or undefined when none is near enough to be a slip. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  let best: string | undefined
  let bestDistance = Math.max(2, Math.floor(word.length / 3)) + 1
  for (const candidate of known) {
    // Words of such lengths are that far apart at least; a word of megabytes must not be compared letter by letter.
    if (Math.abs(word.length - candidate.length) >= bestDistance) continue
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase())
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

const LISTED_NAMES = 12

/**
 * What to do about a name that is not known.
 * @param all  what the known ones are called: 'the presets'
 */
export function otherNames(name: string, known: readonly string[], all: string): string {
  const near = nearest(name, known)
  if (near !== undefined) return `did you mean "${near}"?`
  if (known.length === 0) return 'there are none: leave it out'
  if (known.length === 1) return `there is only "${known[0]}"`
  const more = known.length - LISTED_NAMES
  return `${all} are ${listed(more > 1 ? [...known.slice(0, LISTED_NAMES), `${more} more`] : known)}`
}

/** 'a, b and c' */
export function listed(words: readonly string[], last: 'and' | 'or' = 'and'): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const substitution = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(substitution, row[j]! + 1, next[j - 1]! + 1))
    }
    row = next
  }
  return row[b.length]!
}
