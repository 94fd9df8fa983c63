/** What files and peers say reaches the terminal and the page without anything that either would obey. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { openLibrary } from '../../../core/store/index.ts'
import { figure } from '../../figures.ts'
import { randomEpisode, temporaryDirectory } from '../../store/support.ts'
import { openStudio } from '../../studio/support.ts'
import { command, type Told } from './in-process.ts'

/** A title, the clipboard, a link, eight-bit commands, a line written over, text from right to left. */
const RUDE =
  'Eve\x1b]0;owned\x07\x1b]52;c;cm0=\x07\x1b]8;;http://x\x1b\\here\x1b]8;;\x1b\\\u009b2J\r\x1b[1A\u202eevil\u2066\u2028\x7f'

/** What a terminal or a page obeys, told without the program's own list: controls but line ends and tabs, directions, halves. */
function obeyed(text: string): string[] {
  return Array.from(text).filter((character) => {
    const code = character.codePointAt(0)!
    if (code === 9 || code === 10) return false
    const isControl = code < 0x20 || (code >= 0x7f && code < 0xa0)
    const turns = (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069)
    return isControl || turns || (code >= 0xd800 && code <= 0xdfff)
  })
}

async function expectNothingObeyed(args: readonly string[], said: string): Promise<Told> {
  const told = await command(args)
  expect(told.out + told.err).toContain(said)
  expect(obeyed(told.out + told.err)).toEqual([])
  figure('outputs looked at for what a terminal obeys', 1, 'each')
  return told
}

/** A library as an older version let it become: its texts are put there past everything that refuses them now. */
function rudeLibrary(): { dir: string; id: number } {
  const dir = temporaryDirectory()
  const library = openLibrary(dir)
  const [id] = library.importEpisodes([randomEpisode(1)]).added
  library.close()
  const sqlite = new Database(join(dir, 'library.db'))
  sqlite
    .prepare(
      'UPDATE episode SET player_name = $rude, note = $rude, tags = json_array($rude), environment_id = $rude, ' +
        "environment = json_set(environment, '$.id', $rude) WHERE id = $id",
    )
    .run({ rude: RUDE, id })
  sqlite.close()
  return { dir, id: id! }
}

describe('the terminal is told nothing to obey', () => {
  it('by what a library holds, and machines read it whole', async () => {
    const { dir, id } = rudeLibrary()
    await expectNothingObeyed(['demos', 'list', '--data', dir], 'Eve')
    await expectNothingObeyed(['demos', 'show', `${id}`, '--data', dir], 'Eve')
    await expectNothingObeyed(['demos', 'verify', `${id}`, '--data', dir], 'episode')
    const listed = await expectNothingObeyed(['demos', 'list', '--json', '--data', dir], 'Eve')
    const rows = JSON.parse(listed.out) as { id: number; playerName: string }[]
    expect(rows.find((row) => row.id === id)!.playerName).toBe(RUDE)
  })

  it('by the names of files, arguments and settings', async () => {
    const dir = temporaryDirectory()
    const data = ['--data', join(dir, 'data')]
    const name = join(dir, RUDE.replaceAll('/', '_'))
    writeFileSync(name, 'nothing of the kind')
    writeFileSync(join(dir, 'config.yaml'), JSON.stringify({ [RUDE]: 1, behaviors: {} }))
    await expectNothingObeyed(['demos', 'import', name, ...data], 'Eve')
    await expectNothingObeyed(['train', name, ...data], 'Eve')
    await expectNothingObeyed(['train', join(dir, 'config.yaml'), ...data], 'Eve')
    await expectNothingObeyed(['envs', '--plugin', `${name}x`, ...data], 'Eve')
    await expectNothingObeyed([RUDE, ...data], 'Eve')
    await expectNothingObeyed(['record', '--env', RUDE, ...data], 'control character')
  })

  it('by a peer, in an error or in its last words', async () => {
    const dir = temporaryDirectory()
    vi.stubEnv('UNDERSTUDY_PYTHON', join(import.meta.dirname, 'rude-peer.js'))
    vi.stubEnv('SAYS', RUDE)
    onTestFinished(() => void vi.unstubAllEnvs())
    const args = ['record', '--env', 'gym:Rude-v0', '--player', 'random', '--data', dir]
    await expectNothingObeyed(args, 'Eve')
    vi.stubEnv('RUDE', 'dies')
    await expectNothingObeyed(args, 'Eve')
    await expectNothingObeyed([...args, '--verbose'], 'Eve')
  })

  it('by a plugin', async () => {
    const dir = temporaryDirectory()
    const plugin = join(dir, 'rude.ts')
    writeFileSync(plugin, `throw new Error(${JSON.stringify(RUDE)})`)
    await expectNothingObeyed(['envs', '--plugin', plugin, '--data', dir], 'Eve')
  })
})

it('the page is told nothing to obey: rows, notes and errors', async () => {
  const { dir, id } = rudeLibrary()
  const studio = await openStudio(dir)
  const rows = await studio.page.call('demonstrations.list', {})
  const refusal = await studio.page.refusal('demonstrations.replay', { id })
  await studio.close()
  const texts: string[] = []
  JSON.stringify([rows, refusal], (_, value) => {
    if (typeof value === 'string') texts.push(value)
    return value
  })
  expect(rows.find((row) => row.id === id)!.playerName).toMatch(/^Eve\?/)
  expect(refusal.message).toContain('control character')
  expect(texts.flatMap(obeyed)).toEqual([])
})
