import { afterAll, beforeAll, expect, test } from 'vitest'
import { BOUNDS } from '../../core/bounds.ts'
import { FORMATS } from '../../core/demos/index.ts'
import type { ObservationScene } from '../../core/envs/index.ts'
import { openStudio, type TestStudio } from './support.ts'

let studio: TestStudio
let ids: number[]

/** A game of basic: `left` steps to the left first, then to the large goal. */
async function play(playerName: string, left: number): Promise<number> {
  const game = await studio.page.call('play.start', {
    environment: 'basic',
    seed: left,
    playerName,
    record: true,
  })
  for (let i = 0; i < 7 + 2 * left; i++) {
    const action = { continuous: [], discrete: [i < left ? 1 : 2] }
    await studio.page.call('play.step', { session: game.session, action })
  }
  const { episodeId } = await studio.page.call('play.end', { session: game.session, keep: true })
  return episodeId!
}

beforeAll(async () => {
  studio = await openStudio()
  ids = [await play('me', 0), await play('me', 1), await play('you', 2)]
})

afterAll(async () => {
  expect(studio.bugs).toEqual([])
  await studio.remove()
})

test('the library comes with the scripted demonstrations', async () => {
  const info = await studio.page.call('library.info', {})
  expect(info).toMatchObject({ protocol: 3, shell: 'browser', directory: studio.directory, bundled: 21 })
  const bundled = await studio.page.call('demonstrations.list', { environment: 'bubble/25' })
  expect(bundled).toHaveLength(21)
  expect(bundled.every(({ playerKind, success }) => playerKind === 'scripted' && success)).toBe(true)
  expect(bundled.reduce((sum, { score }) => sum + score, 0)).toBe(528)
})

test('environments and formats are listed', async () => {
  const environments = await studio.page.call('environments.list', {})
  expect(environments.map(({ id, score }) => [id, score.human?.mean])).toEqual(
    expect.arrayContaining([
      ['bubble/25', 25.14],
      ['basic', undefined],
    ]),
  )
  const formats = await studio.page.call('formats.list', {})
  expect(formats.map(({ name }) => name).sort()).toEqual(FORMATS.map(({ name }) => name).sort())
  expect(formats.length).toBeGreaterThan(10)
})

test('a bundled playthrough replays bit for bit, frame by frame', async () => {
  const [row] = await studio.page.call('demonstrations.list', { environment: 'bubble/25' })
  const replay = await studio.page.call('demonstrations.replay', { id: row!.id })
  expect(replay).toMatchObject({ verified: true, divergedAt: null, success: true, seed: row!.seed })
  expect(replay.frames).toHaveLength(row!.length + 1)
  expect(replay.frames[0]).toMatchObject({
    action: null,
    reward: 0,
    events: [],
    scene: { kind: 'bubble', aims: null },
  })
  expect(replay.frames.at(-1)!.events).toContainEqual({ kind: 'won' })
  const { rewards, timesMs } = await studio.page.call('demonstrations.get', { id: row!.id })
  expect(rewards).toHaveLength(row!.length)
  expect(timesMs).toEqual(replay.frames.slice(1).map(({ timeMs }) => timeMs))
})

test('an episode whose seed nobody knows shows what was recorded, and stands on no board', async () => {
  const { page } = studio
  const [row] = await page.call('demonstrations.list', { environment: 'bubble/25' })
  const exported = await page.call('demonstrations.export', { ids: [row!.id], format: 'jsonl' })
  const bytes = await studio.fetch(exported)
  const { format: _, version: __, seed: ___, hash: ____, ...line } = JSON.parse(bytes.toString())
  const other = await openStudio()
  const file = await other.send('elsewhere.jsonl', Buffer.from(JSON.stringify(line)))
  const [report] = await other.page.call('demonstrations.import', { files: [file] })
  expect(report).toMatchObject({ error: null, ids: [expect.any(Number)] })
  const { environment, ...unsaid } = line
  expect(environment.id).toBe('bubble/25')
  const nameless = () => other.send('nameless.jsonl', Buffer.from(JSON.stringify(unsaid)))
  const [asked] = await other.page.call('demonstrations.import', { files: [await nameless()] })
  expect(asked).toMatchObject({ ids: [], error: { unsaid: true } })
  const [said] = await other.page.call('demonstrations.import', {
    files: [await nameless()],
    environment: 'bubble/25',
  })
  // The same play, of which the library knows by now.
  expect(said).toMatchObject({ error: null, ids: [], duplicates: 1 })
  const [wrong] = await other.page.call('demonstrations.import', {
    files: [await nameless()],
    environment: 'basic',
  })
  expect(wrong).toMatchObject({ ids: [], error: { unsaid: false } })
  const id = report!.ids[0]!
  const replay = await other.page.call('demonstrations.replay', { id })
  expect(replay).toMatchObject({
    verified: false,
    divergedAt: null,
    seed: null,
    demonstration: { seed: null },
  })
  expect(replay.frames).toHaveLength(row!.length + 1)
  const { scene, reward } = replay.frames.at(-1)!
  expect(reward).toBe(Math.fround(line.rewards.at(-1)))
  const values = (scene as unknown as ObservationScene).observations.flatMap((part) => part.values)
  expect(values).toEqual(line.observations.at(-1).map(Math.fround))
  const contenders = [{ kind: 'episode', id }, { kind: 'scripted' }] as const
  const { boards, absent } = await other.page.call('compare.boards', {
    environment: 'bubble/25',
    seed: null,
    contenders: [...contenders],
  })
  expect(boards.map(({ contender }) => contender)).toEqual([{ kind: 'scripted' }])
  expect(absent).toMatchObject([
    { reason: expect.stringContaining('Nobody knows'), seed: null, scored: true, waiting: false },
  ])
  await other.remove()
})

test('tags, notes and ratings change by the number', async () => {
  const { page } = studio
  const [first, second] = ids as [number, number, number]
  await page.call('demonstrations.update', {
    ids: [first],
    tags: ['good', 'short'],
    note: 'clean',
    rating: 5,
  })
  const rows = await page.call('demonstrations.update', {
    ids: [first, second],
    addTags: ['mine'],
    removeTags: ['short'],
  })
  expect(rows.map(({ tags, note, rating }) => ({ tags, note, rating }))).toEqual([
    { tags: ['good', 'mine'], note: 'clean', rating: 5 },
    { tags: ['mine'], note: '', rating: 0 },
  ])
  const good = await page.call('demonstrations.list', { tag: 'good' })
  expect(good.map(({ id }) => id)).toEqual([first])
})

test('tags of several are changed together or not at all', async () => {
  const { page } = studio
  const [first, second] = (await page.call('demonstrations.list', {})).map(({ id }) => id)
  const full = Array.from({ length: BOUNDS.tags }, (_, i) => `tag ${i}`)
  await page.call('demonstrations.update', { ids: [second!], tags: full })
  const before = await page.call('demonstrations.get', { id: first! })
  const change = { ids: [first!, second!], addTags: ['one more'], note: 'changed' }
  expect(await page.refusal('demonstrations.update', change)).toMatchObject({ kind: 'user' })
  expect(await page.call('demonstrations.get', { id: first! })).toEqual(before)
  await page.call('demonstrations.update', { ids: [second!], tags: [] })
})

test('deleting is undone by restoring', async () => {
  const { page } = studio
  const list = async (deleted: boolean) =>
    (await page.call('demonstrations.list', { environment: 'basic', deleted })).map(({ id }) => id)
  const all = await list(false)
  expect(await page.call('demonstrations.delete', { ids: ids.slice(0, 2) })).toEqual({ count: 2 })
  expect(await list(false)).toEqual([ids[2]])
  expect(await list(true)).toEqual([ids[1], ids[0]])
  await page.call('demonstrations.restore', { ids: ids.slice(0, 2) })
  expect(await list(false)).toEqual(all)
})

test.each(['understudy', 'npz', 'jsonl'])('%s goes out and comes back', async (format) => {
  const file = await studio.page.call('demonstrations.export', { ids, format })
  expect(file.fileName).toBe(`basic-3-episodes.${format}`)
  const other = await openStudio()
  const bytes = await studio.fetch(file)
  expect(bytes).toHaveLength(file.bytes)
  const whole = () => other.send(file.fileName, bytes)
  const files = [await whole(), await other.send(`bad.${format}`, bytes.subarray(0, bytes.length >> 1))]
  const [good, bad] = await other.page.call('demonstrations.import', { files })
  expect(good).toMatchObject({ format, duplicates: 0, error: null })
  expect(good!.ids).toHaveLength(3)
  expect(bad).toMatchObject({ format: null, ids: [] })
  expect(bad!.error!.message).toContain(`bad.${format}`)
  const hashes = async (of: TestStudio) =>
    (await of.page.call('demonstrations.list', { environment: 'basic' })).map(({ hash }) => hash).sort()
  expect(await hashes(other)).toEqual(await hashes(studio))
  expect(await other.page.refusal('demonstrations.import', { files })).toMatchObject({
    message: `${file.fileName} is no longer here`,
  })
  const [again] = await other.page.call('demonstrations.import', { files: [await whole()] })
  expect(again).toMatchObject({ ids: [], duplicates: 3 })
  await other.remove()
})

test('each player has a mean with its interval', async () => {
  const { players, human } = await studio.page.call('demonstrations.statistics', { environment: 'bubble/25' })
  expect(human).toMatchObject({ mean: 25.14, plays: 21 })
  const [scripted] = players
  expect(scripted).toMatchObject({ playerKind: 'scripted', bundled: true, score: { n: 21, successRate: 1 } })
  expect(scripted!.score.mean).toBeCloseTo(528 / 21, 9)
  expect(scripted!.score.low!).toBeLessThan(scripted!.score.mean)
  expect(scripted!.score.high!).toBeGreaterThan(scripted!.score.mean)
  const ids = (await studio.page.call('demonstrations.list', { environment: 'bubble/25' }))
    .slice(0, 3)
    .map(({ id }) => id)
  const some = await studio.page.call('demonstrations.statistics', { environment: 'bubble/25', ids })
  expect(some.players.map(({ score }) => score.n)).toEqual([3])
  const basic = await studio.page.call('demonstrations.statistics', { environment: 'basic' })
  const you = basic.players.find(({ playerName }) => playerName === 'you')
  expect(you!.score).toMatchObject({ n: 1, low: null, high: null })
})

test('what is not there is refused by name', async () => {
  const { page } = studio
  expect(await page.refusal('demonstrations.replay', { id: 9999 })).toMatchObject({ kind: 'user' })
  expect(await page.refusal('demonstrations.export', { ids, format: 'npy' })).toMatchObject({
    kind: 'user',
    remedy: 'did you mean "npz"?',
  })
})

test('formats are offered group by group, the file of our own first', async () => {
  const formats = await studio.page.call('formats.list', {})
  expect(formats[0]!.name).toBe('understudy')
  const changes = formats.filter(({ group }, i) => group !== formats[i - 1]?.group)
  expect(changes).toHaveLength(new Set(formats.map(({ group }) => group)).size)
})
