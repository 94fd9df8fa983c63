import { expect, it } from 'vitest'
import {
  type DemonstrationFormat,
  FORMAT_GROUPS,
  FORMATS,
  formatByFileName,
  registerFormat,
} from '../../core/demos/formats/index.ts'

it('the extension of new files names their format', () => {
  for (const format of FORMATS) {
    if (format.layout === 'folder') continue
    for (const extension of format.extensions) {
      expect(formatByFileName(`a${extension}`)?.name, extension).toBe(format.name)
    }
  }
  expect(formatByFileName('a.txt')).toBeUndefined()
})

it('a name is registered once', () => {
  const count = FORMATS.length
  expect(() => registerFormat(FORMATS[0]!)).toThrow('demonstration format "understudy" is registered twice')
  expect(FORMATS).toHaveLength(count)
})

/** `npm test -- test/demos/format-definitions -u` writes it. */
it('the guide has every format as it is defined', async () => {
  await expect(guide()).toMatchFileSnapshot('../../docs/guide/formats.md')
})

function guide(): string {
  const groups = Object.entries(FORMAT_GROUPS).map(([key, title]) => {
    const rows = FORMATS.filter(({ group }) => group === key).map(row)
    return `## ${title}

| \`--format\` | what it is | files | media type | written | read |
|---|---|---|---|---|---|
${rows.join('\n')}
`
  })
  return `# Demonstration formats

Every format that \`understudy demos export\` writes and \`understudy demos import\` reads. [What each keeps](demonstrations.md), and
[what to do with it elsewhere](interop.md), is said there. This page is written by \`npm test -- test/demos/format-definitions -u\` from the
definitions.

${groups.join('\n')}`
}

function row(format: DemonstrationFormat): string {
  const files =
    format.layout === 'folder'
      ? ['a folder, or packed as `.zip`', '`application/zip`']
      : [format.extensions.map((extension) => `\`${extension}\``).join(', '), `\`${format.mediaType}\``]
  const cells = [
    `\`${format.name}\``,
    format.title,
    ...files,
    'yes',
    format.read === undefined ? 'no' : 'yes',
  ]
  return `| ${cells.join(' | ')} |`
}
