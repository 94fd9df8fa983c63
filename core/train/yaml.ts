/**
 * Reads YAML of people, and of whoever wrote what they have found, as PyYAML would for ML-Agents: `<<` takes over what another
 * section says, `yes` and `off` are true and false, and 1_000 is a number. What PyYAML refuses, or takes the last of without
 * a word, is refused here with a sentence.
 *
 * The parser is asked only what it can answer at once: its time goes with the cube of how deep things lie. Names that come
 * twice are found here, since it would compare every two.
 */
import {
  type Alias,
  CST,
  type Document,
  type ErrorCode,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  type Node,
  parseDocument,
  type Scalar,
  stringify,
  visit,
  type YAMLMap,
} from 'yaml'
import { UserError } from '../errors.ts'
import { isRecord } from './config-place.ts'

/** By which people indent at most. */
const COLUMNS = 4

/** The longest configuration that there is has some 3,000 tokens. */
const LIMITS = { characters: 2 ** 18, tokens: 12_000, depth: 10, aliases: 100, values: 100_000 }

const MERGE = '<<'
/** YAML 1.1, which PyYAML reads; 1.2 has `true` and `false` alone. */
const TRUE = /^(yes|Yes|YES|on|On|ON)$/
const FALSE = /^(no|No|NO|off|Off|OFF)$/
const GROUPED_NUMBER = /^[-+]?[0-9][0-9_]*(\.[0-9_]*)?([eE][-+]?[0-9]+)?$/

const NO_COLON = ['a key has no colon after it', 'write "key: value", with a space after the colon'] as const
/** What the parser's words mean, where a person meets them. */
const ERRORS: Partial<Record<ErrorCode, readonly [what: string, remedy?: string]>> = {
  MULTIPLE_DOCS: [
    'there are several documents, one after the other',
    'keep one: remove the others, and the lines with nothing but ---',
  ],
  TAB_AS_INDENT: ['a line begins with a tab', 'indent with spaces'],
  BLOCK_AS_IMPLICIT_KEY: [
    'there are two keys on one line',
    'write the second on a line of its own, indented',
  ],
  MULTILINE_IMPLICIT_KEY: ['a key has no colon after it', 'write "key: value", with a space after the colon'],
  BAD_INDENT: ['the lines of a section do not start in the same column', 'indent them alike, with spaces'],
}

/** @throws UserError naming the line */
export function parseYaml(text: string, file: string): Record<string, unknown> {
  const lines = new LineCounter()
  const refuse = (message: string, offset?: number, remedy?: string): never => {
    const at = offset === undefined ? undefined : lines.linePos(offset)
    const where = at === undefined ? file : `${file}:${at.line}:${at.col}`
    throw new UserError(`${where}: ${message}`, { usage: true, ...(remedy && { remedy }) })
  }
  const tooMuch = excess(text)
  if (tooMuch !== undefined) return refuse(tooMuch)
  const document = parseDocument(text, {
    lineCounter: lines,
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'error',
    merge: true,
  })
  const error = document.errors[0]
  if (error !== undefined) {
    // Of what may be missing the parser has one code: a bracket, a quotation mark, or a colon.
    const words = error.message.startsWith('Implicit map keys') ? NO_COLON : ERRORS[error.code]
    const [what = error.message.split('\n')[0]!, remedy] = words ?? []
    return refuse(what, error.pos[0], remedy)
  }
  visit(document, {
    Map: (_, map) => checkKeys(map, lines, refuse),
    Scalar: (where, scalar) => {
      if (where !== 'key') readAsPyYaml(scalar)
    },
  })
  let value: unknown
  try {
    refuseExpansion(document)
    value = document.toJS({ maxAliasCount: LIMITS.aliases }) ?? {}
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error
    return refuse(`${error.message}`)
  }
  if (!isRecord(value)) {
    const found = Array.isArray(value) ? 'a list' : typeof value === 'string' ? 'a text' : `a ${typeof value}`
    return refuse(`expected sections such as "behaviors:", found ${found}`)
  }
  return value
}

/** Text that `parseYaml` reads as the same, and PyYAML too. */
export function writeYaml(value: unknown): string {
  return stringify(value, { compat: 'yaml-1.1' })
}

type Refuse = (message: string, offset?: number, remedy?: string) => never

function checkKeys(map: YAMLMap, lines: LineCounter, refuse: Refuse): void {
  const places = new Map<string, number>()
  for (const { key } of map.items) {
    if (!isScalar(key)) continue
    const name = nameOf(key)
    const at = key.range![0]
    // No setting is called that, and an object that takes it over gets another prototype.
    if (name === '__proto__') refuse('__proto__: unknown key', at)
    const first = places.get(name)
    if (first !== undefined && typeof key.value !== 'symbol') {
      refuse(`"${name}" appears twice, first in line ${lines.linePos(first).line}`, at, 'keep one of them')
    }
    places.set(name, at)
  }
}

/** The parser keeps the name of a merge as a symbol. */
function nameOf({ value }: Scalar): string {
  return typeof value === 'symbol' ? (value.description ?? '') : String(value)
}

function readAsPyYaml(scalar: Scalar): void {
  const { value, type, tag } = scalar
  if (typeof value !== 'string' || type !== 'PLAIN' || tag !== undefined) return
  if (TRUE.test(value)) scalar.value = true
  else if (FALSE.test(value)) scalar.value = false
  else if (value.includes('_') && GROUPED_NUMBER.test(value)) scalar.value = Number(value.replaceAll('_', ''))
}

/**
 * A few lines of sections that take over one another's can stand for more than any memory holds; what is only named again is
 * held once, and the parser counts how often.
 * @throws ReferenceError for what is too much, lies within itself, or takes over what is no section
 */
function refuseExpansion(document: Document.Parsed): void {
  const sources = sourcesOf(document)
  const counted = new Map<Node, number>()
  const sourceOf = (node: unknown): unknown => {
    if (!isAlias(node)) return node
    const source = sources.get(node)
    if (source === undefined)
      throw new ReferenceError(`there is no anchor &${node.source} before *${node.source}`)
    if (counted.get(source) === Number.POSITIVE_INFINITY)
      throw new ReferenceError('a section contains itself')
    return source
  }
  const countMerged = (value: unknown): number => {
    const source = sourceOf(value)
    const all = isSeq(source) ? source.items : [source]
    return all.reduce((sum: number, item) => {
      const section = sourceOf(item)
      if (isMap(section)) return sum + count(section)
      throw new ReferenceError(
        `what ${MERGE} merges is not a section: write ${MERGE}: *NAME, for a section marked &NAME`,
      )
    }, 0)
  }
  const count = (node: unknown): number => {
    sourceOf(node)
    if (isPair(node)) {
      const isMerge = isScalar(node.key) && typeof node.key.value === 'symbol'
      return count(node.key) + (isMerge ? countMerged(node.value) : count(node.value))
    }
    if (!isMap(node) && !isSeq(node)) return 1
    const known = counted.get(node)
    if (known !== undefined) return known
    counted.set(node, Number.POSITIVE_INFINITY)
    const size = node.items.reduce((sum: number, item) => sum + count(item), 1)
    if (size > LIMITS.values)
      throw new ReferenceError(`more than ${LIMITS.values} values, counting repeated ones`)
    counted.set(node, size)
    return size
  }
  count(document.contents)
}

/** What each alias stands for: the last anchor of its name before it. */
function sourcesOf(document: Document.Parsed): Map<Alias, Node> {
  const anchors = new Map<string, Node>()
  const sources = new Map<Alias, Node>()
  visit(document, {
    Alias: (_, alias) => {
      const source = anchors.get(alias.source)
      if (source !== undefined) sources.set(alias, source)
    },
    Value: (_, node) => {
      if (node.anchor !== undefined) anchors.set(node.anchor, node)
    },
  })
  return sources
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
    if (tokens > LIMITS.tokens) return `more than ${LIMITS.tokens} words and symbols`
    if (open + line / COLUMNS > LIMITS.depth)
      return `lists and sections nested more than ${LIMITS.depth} deep`
  }
  return undefined
}
