/** What a person does with a studio, again and again, with a stranger's file among it now and then. */
import type { Random } from '../../../core/random.ts'
import type { Upload } from '../../../core/studio/protocol.ts'
import type { TestPage } from '../../studio/support.ts'

const ENVIRONMENT = 'bubble/25'
/** Of an episode that is played by chance. */
const MOST_STEPS = 30

export interface Door {
  readonly page: TestPage
  send(name: string, bytes: Uint8Array): Promise<Upload>
  /** The bytes of a file that a method has answered with. */
  fetch(id: string): Promise<Uint8Array>
}

/** A message of lists within lists, which takes a reader that trusts it for ever. */
const BOMB = Buffer.concat([
  Buffer.from('8955 4e44 0d0a 1a0a'.replaceAll(' ', ''), 'hex'),
  Buffer.alloc(5_000, 0x91),
])

export async function round(door: Door, random: Random): Promise<void> {
  await play(door.page, random)
  await look(door.page)
  await carry(door)
}

async function play(page: TestPage, random: Random): Promise<void> {
  const start = { environment: ENVIRONMENT, seed: random.below(1000), playerName: 'me', record: true }
  const { session } = await page.call('play.start', start)
  for (let steps = 0; steps < MOST_STEPS; steps++) {
    const action = { continuous: [], discrete: [random.below(41), random.below(2)] }
    const { terminated, truncated } = await page.call('play.step', { session, action })
    if (terminated || truncated) break
  }
  await page.call('play.end', { session, keep: true })
}

async function look(page: TestPage): Promise<void> {
  const rows = await page.call('demonstrations.list', {})
  await page.call('demonstrations.replay', { id: rows[0]!.id })
  await page.call('demonstrations.statistics', { environment: ENVIRONMENT })
  await page.call('runs.list', {})
  await page.call('storage.sizes', {})
  const contenders = [{ kind: 'scripted' as const }]
  await page.call('compare.boards', { environment: ENVIRONMENT, contenders, seed: null })
}

async function carry({ page, send, fetch }: Door): Promise<void> {
  const rows = await page.call('demonstrations.list', { playerName: 'me' })
  const ids = rows.map(({ id }) => id)
  const exported = await page.call('demonstrations.export', { ids: ids.slice(0, 5), format: 'npz' })
  const files = [await send('own.npz', await fetch(exported.id)), await send('bomb.understudy', BOMB)]
  const reports = await page.call('demonstrations.import', { files })
  if (reports[1]?.error == null) throw new Error('the bomb was taken')
  await page.call('demonstrations.delete', { ids })
  await page.call('storage.emptyTrash', {})
}
