/**
 * Reads YAML of people, and of whoever wrote what they have found. The parser is asked only what it can answer at once: its time
 * goes with the cube of how deep things lie. Names that come twice are found here, since it would compare every two.
 */
import { CST, isScalar, Lexer, LineCounter, parseDocument, visit } from 'yaml'
import { UserError } from '../errors.ts'
import { isRecord } from './config-place.ts'

/** By which people indent at most. */
const COLUMNS = 4

/** The longest configuration that there is has some 3,000 tokens. */
const LIMITS = { characters: 2 ** 18, tokens: 12_000, depth: 10, aliases: 100 }

/** @throws UserError naming the line */
export function parseYaml(text: string, file: string): Record<string, unknown> {
  const refuse = (message: string, at?: { line: number; col: number }): never => {
    const where = at === undefined ? file : `${file}:${at.line}:${at.col}`
    throw new UserError(`${where}: ${message}`, { usage: true })
  }
  const tooMuch = excess(text)
  if (tooMuch !== undefined) return refuse(tooMuch)
  const lines = new LineCounter()
  const document = parseDocument(text, {
    lineCounter: lines,
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'error',
  })
  const error = document.errors[0]
  if (error !== undefined) return refuse(error.message.split('\n')[0]!, lines.linePos(error.pos[0]))
  visit(document, {
    Map: (_, map) => {
      const keys = new Set<string>()
      for (const { key } of map.items) {
        if (!isScalar(key)) continue
        const name = String(key.value)
        // No setting is called that, and an object that takes it over gets another prototype.
        if (name === '__proto__') refuse('__proto__: unknown key', lines.linePos(key.range![0]))
        if (keys.has(name)) refuse('Map keys must be unique', lines.linePos(key.range![0]))
        keys.add(name)
      }
    },
  })
  let value: unknown
  try {
    value = document.toJS({ maxAliasCount: LIMITS.aliases }) ?? {}
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error
    return refuse(`${error.message}`)
  }
  if (!isRecord(value)) return refuse(`expected sections such as "behaviors:", found ${typeof value}`)
  return value
}

/** What of a text is more than is read, as words; counted in the parser's own tokens, before it is parsed. */
function excess(text: string): string | undefined {
  if (text.length > LIMITS.characters) return `more than ${LIMITS.characters} characters`
  let tokens = 0
  /** Brackets that are open, and the columns and the signs of lists in a line that may stand for things within one another. */
  let open = 0
  let line = 0
  let before = ''
  for (const token of new Lexer().lex(text)) {
    const type = CST.tokenType(token)
    if (type === 'newline') line = 0
    else if (type === 'space' && before === 'newline') line += token.length
    else if (type === 'seq-item-ind' || type === 'explicit-key-ind') line += COLUMNS
    else if (type === 'flow-seq-start' || type === 'flow-map-start') open++
    else if (type === 'flow-seq-end' || type === 'flow-map-end') open--
    before = type ?? ''
    // What stands within brackets costs the parser twice as much.
    tokens += open > 0 ? 2 : 1
    if (tokens > LIMITS.tokens) return `more than ${LIMITS.tokens} words and signs`
    if (open + line / COLUMNS > LIMITS.depth)
      return `more than ${LIMITS.depth} lists and sections within one another`
  }
  return undefined
}
