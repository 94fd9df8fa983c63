import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { understudy, understudyJson } from '../cli/support.ts'
import { temporaryDirectory } from '../store/support.ts'
import { startStudioProcess } from '../studio/browser-client.ts'
import { commands, saveBlock } from './page.ts'

const PAGE = 'your-own-format.md'
const folder = mkdtempSync(join(tmpdir(), 'understudy-format-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const plugin = saveBlock(PAGE, 'ts', folder, 'key-log.ts')
const plays = join(folder, 'plays.keys')

function run(data: string, line: string) {
  const words = line.replace('key-log.ts', plugin).replace('plays.keys', plays).split(/\s+/)
  return understudy(data, ...words.slice(1))
}

describe('the guide’s format of one’s own', () => {
  it('is in the help, is written and read back, and what is read plays as recorded', () => {
    const [record, write, read] = commands(PAGE)
    for (const command of ['import', 'export']) {
      expect(understudy(folder, 'demos', command, '--help').out).not.toContain('key-log')
      expect(understudy(folder, 'demos', command, '--plugin', plugin, '--help').out).toContain('key-log')
    }
    expect(run(folder, record!)).toMatchObject({ code: 0 })
    expect(run(folder, write!).out).toContain('key-log cannot hold who played, when, tags and notes')
    expect(readFileSync(plays, 'latin1')).toMatch(/^# key log\n(\d+:( \d)+\n){3}$/)
    const other = temporaryDirectory()
    expect(run(other, read!).out).toMatch(/^plays.keys: 3 new episodes \(key-log, 3 episodes, \d+ steps\)/)
    const nothing = { problems: [], notReplayed: [], seedUnknown: [] }
    expect(understudyJson(other, 'demos', 'verify')).toEqual([{ episodes: 24, ...nothing }])
  })

  it('says what is wrong with a file, and takes nothing of it', () => {
    const broken = join(folder, 'broken.keys')
    const data = temporaryDirectory()
    understudy(data, 'demos', 'list')
    writeFileSync(broken, '# key log\n1: 1 1\n8: x\n')
    const { code, err } = understudy(
      data,
      'demos',
      'import',
      '--plugin',
      plugin,
      '--env',
      'cart-pole',
      broken,
    )
    expect(code).toBe(1)
    expect(err).toContain('line 3: expected a seed and choices, found 8: x')
    expect(understudyJson(data, 'demos', 'list')[0]).not.toHaveProperty('id')
  })

  it('is in the studio’s menus and dialogs, and what it writes comes back there', async () => {
    const { child, address, secret, page } = await startStudioProcess(
      temporaryDirectory(),
      '--plugin',
      plugin,
    )
    const { origin } = address
    const headers = { origin, authorization: `Bearer ${secret}` }
    try {
      expect(await page.call('formats.list', {})).toContainEqual({
        name: 'key-log',
        title: 'Key log: the seed and the choices of each play',
        group: 'For spreadsheets and your own scripts',
        extensions: ['.keys'],
        mediaType: 'text/plain',
        read: true,
      })
      const imported = async (bytes: Uint8Array) => {
        const sent = await fetch(`${origin}/files`, {
          method: 'POST',
          headers: { ...headers, 'content-type': 'application/octet-stream' },
          body: new Uint8Array(bytes),
        })
        const files = [{ name: 'plays.keys', id: ((await sent.json()) as { id: string }).id }]
        return (await page.call('demonstrations.import', { files, environment: 'cart-pole' }))[0]!
      }
      const { ids, format } = await imported(readFileSync(plays))
      expect(format).toBe('key-log')
      expect(ids).toHaveLength(3)
      const file = await page.call('demonstrations.export', { ids, format: 'key-log' })
      expect(file).toMatchObject({ fileName: expect.stringMatching(/\.keys$/), mediaType: 'text/plain' })
      const written = await fetch(`${origin}/files/${file.id}`, { headers })
      expect(await imported(new Uint8Array(await written.arrayBuffer()))).toMatchObject({
        ids: [],
        duplicates: 3,
      })
    } finally {
      page.close()
      child.kill('SIGINT')
      await once(child, 'exit')
    }
  })
})
