import { describe, expect, it } from 'vitest'
import { checks } from './checks/index.ts'
import { blocksUnder } from './page.ts'
import { withRows } from './transcript.ts'

const PAGE = `# Title
\`\`\`sh
first
\`\`\`
## One
text
\`\`\`sh
# a comment, no heading
second
\`\`\`
### Deeper
\`\`\`python
third
\`\`\`
## Two
`

describe('the blocks of a page', () => {
  it('are those from a heading to the next', () => {
    expect(blocksUnder('One', PAGE)).toEqual([{ language: 'sh', code: '# a comment, no heading\nsecond\n' }])
    expect(blocksUnder('Deeper', PAGE)).toEqual([{ language: 'python', code: 'third\n' }])
    expect(blocksUnder('Two', PAGE)).toEqual([])
  })

  it('need a heading that is there', () => {
    expect(() => blocksUnder('a comment, no heading', PAGE)).toThrow('no heading')
  })
})

describe('the transcript', () => {
  const row = { versions: ['x 1'], compared: 'all', seconds: 1.25 }
  const empty = 'before\n<!-- written by npm run test:interop -- --write -->\n<!-- end -->\nafter\n'

  it('keeps the rows of other checks, in their order, and what stands around the table', () => {
    const one = withRows(empty, [{ name: 'b', row: 'B', ...row }], ['a', 'b'])
    const both = withRows(one, [{ name: 'a', row: 'A', ...row }], ['a', 'b'])
    expect(both).toMatch(/^before\n/)
    expect(both).toMatch(/\nafter\n$/)
    expect(both.match(/^\| `.*/gm)).toEqual([
      '| `a` | A | x 1 | all | 1.3 |',
      '| `b` | B | x 1 | all | 1.3 |',
    ])
    expect(withRows(both, [], ['b'])).toBe(one)
  })
})

it('no two checks have one name', () => {
  expect(new Set(checks.map(({ name }) => name)).size).toBe(checks.length)
})
