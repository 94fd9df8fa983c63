/**
 * How long ids and texts may be, the same wherever they enter: from files, from pages, from the command line, from plugins.
 * What is kept already is shown whatever its length.
 */
import { UserError } from './errors.ts'

/** Characters, as UTF-16 counts them, and how many of a kind. */
export const BOUNDS = {
  environmentId: 120,
  runId: 80,
  /** Of a run or an imported agent, for people. */
  name: 80,
  /** An agent plays under its name with a step behind it. */
  playerName: 120,
  tag: 40,
  tags: 50,
  note: 10_000,
  parameterName: 120,
  parameterText: 2_000,
  parameters: 200,
  observationName: 120,
  observations: 64,
  /** Of a file, without folders. */
  fileName: 255,
} as const

/** Control characters, separators of lines, and what turns the direction of the text around it. */
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u
/** As these, but for what a text of several lines is made of. */
const UNPRINTABLE_IN_TEXT = /(?![\n\r\t])[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u

/** What keeps `text` from being an id or a name of at most so many characters; undefined when nothing does. */
export function nameProblem(text: string, most: number): string | undefined {
  if (text.trim() === '') return 'nothing'
  return problem(text, most, UNPRINTABLE)
}

/** As `nameProblem`, for a text that may be empty and have several lines. */
export function textProblem(text: string, most: number): string | undefined {
  return problem(text, most, UNPRINTABLE_IN_TEXT)
}

function problem(text: string, most: number, unprintable: RegExp): string | undefined {
  if (text.length > most) return `${text.length} characters`
  if (!text.isWellFormed()) return 'half a character (a lone surrogate)'
  const found = unprintable.exec(text)
  if (found === null) return undefined
  return `a control character (U+${found[0].codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')})`
}

/** @param what  'a tag' @throws UserError, as wrong usage, when it is empty, too long or has control characters */
export function requireName(what: string, text: string, most: number): void {
  const found = nameProblem(text, most)
  if (found === undefined) return
  throw new UserError(`${what} has 1 to ${most} printable characters, not ${found}`, {
    usage: true,
  })
}

/** As `requireName`, for a text that may be empty and have several lines. */
export function requireText(what: string, text: string, most: number): void {
  const found = textProblem(text, most)
  if (found === undefined) return
  throw new UserError(`${what} has up to ${most} printable characters, not ${found}`, {
    usage: true,
  })
}

/** As much of a text of somebody else's making as a name may be. */
export function asName(text: string, most: number): string {
  return text
    .toWellFormed()
    .replaceAll(new RegExp(UNPRINTABLE, 'gu'), ' ')
    .trim()
    .slice(0, most)
    .toWellFormed()
}
