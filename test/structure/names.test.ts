/**
 * Names that come from people, files and peers are looked up in maps. A plain object also answers to `constructor` and
 * `toString`, and takes another prototype by `__proto__`.
 */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')

const lines = globSync('{core,electron,renderer}/**/*.{ts,tsx}', { cwd: root })
  .filter((file) => !file.includes('tensor/kernels/'))
  .flatMap((file) =>
    readFileSync(join(root, file), 'utf8')
      .split('\n')
      .map((text, i) => ({ at: `${file}:${i + 1}`, text: withoutTexts(text) })),
  )

/** Without comments and without what stands in quotes, so that prose does not count. */
function withoutTexts(line: string): string {
  if (/^\s*(\/\/|\/?\*)/.test(line)) return ''
  return line
    .replaceAll(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`/g, "''")
    .replace(/\/\/.*$/, '')
}

describe('names', () => {
  it('are looked up in no table that is a plain object', () => {
    const tables = lines.filter(({ text }) => /^(export )?const \w+: (Readonly<)?Record<string,/.test(text))
    expect(tables.map(({ at }) => at)).toEqual([])
  })

  it('are asked for by Object.hasOwn or in a Map, never by `in`', () => {
    // What stands in the program itself may be asked for: `'kind' in message`.
    const asked = lines.filter(({ text }) =>
      /(=>|[(!&|?:]) ?!?\(?[\w.[\]!]+ in [\w(]/.test(withoutLoopsAndTypes(text)),
    )
    expect(asked.map(({ at }) => at)).toEqual([])
  })

  it('are found wrong where they are', () => {
    const found = ['if (name in table) return', 'keys.filter((key) => key in line)', 'a && !(key in head)']
    for (const line of found) expect(withoutLoopsAndTypes(withoutTexts(line))).toMatch(/\w+ in \w+/)
  })
})

function withoutLoopsAndTypes(line: string): string {
  return line.replaceAll(/for \((const|let) \w+ in |\[\w+ in /g, '')
}
