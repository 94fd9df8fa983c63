/** The table of docs/results/interop.md: what passed, read by what. What stands around it is left as it is. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const FILE = join(import.meta.dirname, '../../docs/results/interop.md')
const BEGIN = '<!-- written by npm run test:interop -- --write -->'
const END = '<!-- end -->'
const HEAD = ['| check | what | read by | compared | seconds |', '|---|---|---|---|---|']

export interface Passed {
  readonly name: string
  readonly row: string
  /** 'Python 3.11.7', 'numpy 2.4.6' */
  readonly versions: readonly string[]
  readonly compared: string
  readonly seconds: number
}

/** Renews the rows of what passed; those of other checks in `known` stay, in that order. */
export function writeTranscript(passed: readonly Passed[], known: readonly string[]): void {
  const text = readFileSync(FILE, 'utf8')
  writeFileSync(FILE, withRows(text, passed, known))
}

export function withRows(text: string, passed: readonly Passed[], known: readonly string[]): string {
  const [before, rest] = split(text, BEGIN)
  const [table, after] = split(rest, END)
  const rows = new Map<string, string>()
  for (const line of table.split('\n')) {
    const name = /^\| `([^`]+)` \|/.exec(line)?.[1]
    if (name !== undefined) rows.set(name, line)
  }
  for (const { name, row, versions, compared, seconds } of passed) {
    rows.set(name, `| \`${name}\` | ${row} | ${versions.join(', ')} | ${compared} | ${seconds.toFixed(1)} |`)
  }
  const kept = known.flatMap((name) => rows.get(name) ?? [])
  return `${before}${BEGIN}\n${[...HEAD, ...kept].join('\n')}\n${END}${after}`
}

function split(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark)
  if (at < 0) throw new Error(`docs/results/interop.md lacks the line ${mark}`)
  return [text.slice(0, at), text.slice(at + mark.length)]
}
