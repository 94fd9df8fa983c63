import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openStudio, type TestStudio } from './support.ts'

let studio: TestStudio

beforeEach(async () => {
  studio = await openStudio()
})

afterEach(async () => {
  expect(studio.bugs).toEqual([])
  await studio.remove()
})

const right = { continuous: [], discrete: [2] }

const startBasic = (record = true) =>
  studio.page.call('play.start', { environment: 'basic', seed: 3, playerName: 'me', record })

test('a game is played, kept and found among the demonstrations', async () => {
  const { page } = studio
  const game = await startBasic()
  expect(game).toMatchObject({ seed: 3, steps: 0, scene: { kind: 'drawing', progress: 10 } })
  for (let i = 1; i < 7; i++) {
    const step = await page.call('play.step', { session: game.session, action: right })
    expect(step).toMatchObject({ steps: i, committed: i, terminated: false, success: false })
  }
  const last = await page.call('play.step', { session: game.session, action: right })
  expect(last).toMatchObject({ terminated: true, success: true, committed: 7 })
  expect(last.events).toEqual([{ kind: 'drawn', text: 'Reached the large goal', mark: 'end' }])
  expect(last.return).toBeCloseTo(0.93, 6)

  expect(await page.call('play.end', { session: game.session, keep: true })).toEqual({
    episodeId: game.episodeId,
  })
  const [row] = await page.call('demonstrations.list', { playerName: 'me' })
  expect(row).toMatchObject({
    id: game.episodeId,
    length: 7,
    success: true,
    playerKind: 'human',
    state: 'complete',
  })
  const recent = await page.call('play.recent', { environment: 'basic', playerName: 'me' })
  expect(recent).toEqual([expect.objectContaining({ id: game.episodeId, success: true })])
  expect(recent[0]!.score).toBeCloseTo(0.93, 6)
  await page.event('library.changed', ({ what }) => what === 'demonstrations')
})

test('recent plays are those that came to an end, lost ones too, and none that were cut short', async () => {
  const { page } = studio
  const play = async (steps: number) => {
    const game = await page.call('play.start', {
      environment: 'bubble/25',
      seed: 1,
      playerName: 'me',
      record: true,
    })
    const action = { continuous: [], discrete: [40, 0] }
    for (let i = 0; i < steps; i++) await page.call('play.step', { session: game.session, action })
    await page.call('play.end', { session: game.session, keep: true })
    return game.episodeId
  }
  const lost = await play(60)
  await play(3)
  const recent = await page.call('play.recent', { environment: 'bubble/25', playerName: 'me' })
  expect(recent).toMatchObject([{ id: lost, score: 60, success: false }])
})

test('a game that is over counts for nothing until it is kept, and is offered when nobody decides', async () => {
  const { page } = studio
  const game = await startBasic()
  for (let i = 0; i < 7; i++) await page.call('play.step', { session: game.session, action: right })
  const mine = () => page.call('demonstrations.list', { playerName: 'me' })
  const recent = () => page.call('play.recent', { environment: 'basic', playerName: 'me' })
  expect([await mine(), await recent()]).toEqual([[], []])
  expect(await page.call('demonstrations.statistics', { environment: 'basic' })).toMatchObject({
    players: [],
  })
  expect(await page.call('play.recovered', {})).toEqual([])
  await studio.close()

  const again = await openStudio(studio.directory)
  const [offered] = await again.page.call('play.recovered', {})
  expect(offered).toMatchObject({ id: game.episodeId, terminated: true, success: true, length: 7 })
  await again.page.call('play.recover', { keep: [game.episodeId!], discard: [] })
  const [row] = await again.page.call('demonstrations.list', { playerName: 'me' })
  expect(row).toMatchObject({ state: 'complete', terminated: true, truncated: false, success: true })
  await again.close()
})

test('a game that was over when its page was closed is offered to the next; one that is reloaded goes on', async () => {
  const play = async () => {
    const game = await startBasic()
    for (let i = 0; i < 7; i++) await studio.page.call('play.step', { session: game.session, action: right })
    return game
  }
  const [reloaded, left] = [await play(), await play()]
  vi.useFakeTimers({ toFake: ['setTimeout'] })
  try {
    studio.page.close()
    const page = studio.openPage()
    await page.call('play.resume', { session: reloaded.session })
    await vi.waitFor(async () => {
      await vi.advanceTimersByTimeAsync(10_000)
      expect(await page.call('play.recovered', {})).toMatchObject([{ id: left.episodeId, success: true }])
    })
    expect(await page.call('play.resume', { session: reloaded.session })).toMatchObject({ terminated: true })
  } finally {
    vi.useRealTimers()
  }
})

test('a discarded game and an unrecorded one leave nothing behind', async () => {
  const { page } = studio
  const discarded = await startBasic()
  await page.call('play.step', { session: discarded.session, action: right })
  expect(await page.call('play.end', { session: discarded.session, keep: false })).toEqual({
    episodeId: null,
  })
  const unrecorded = await startBasic(false)
  expect(unrecorded.episodeId).toBeNull()
  const step = await page.call('play.step', { session: unrecorded.session, action: right })
  expect(step).toMatchObject({ steps: 1, committed: 0 })
  expect(await page.call('play.end', { session: unrecorded.session, keep: true })).toEqual({
    episodeId: null,
  })
  expect(await page.call('demonstrations.list', { playerName: 'me' })).toEqual([])
})

test('a game goes on after the page was reloaded', async () => {
  const game = await startBasic()
  await studio.page.call('play.step', { session: game.session, action: right })
  studio.page.close()
  const reloaded = studio.openPage()
  const state = await reloaded.call('play.resume', { session: game.session })
  expect(state).toMatchObject({ steps: 1, scene: { progress: 11 }, episodeId: game.episodeId })
})

test('a game that was open when the studio closed is offered and can be kept or discarded', async () => {
  const first = await startBasic()
  await studio.page.call('play.step', { session: first.session, action: right })
  const second = await startBasic()
  await studio.page.call('play.step', { session: second.session, action: right })
  await studio.close()

  const again = await openStudio(studio.directory)
  const offered = await again.page.call('play.recovered', {})
  expect(offered.map(({ id, length }) => [id, length])).toEqual([
    [second.episodeId, 1],
    [first.episodeId, 1],
  ])
  expect((await again.page.call('library.info', {})).recovered).toBe(2)
  const decision = { keep: [first.episodeId!], discard: [second.episodeId!] }
  expect(await again.page.call('play.recover', decision)).toEqual({ kept: 1, discarded: 1 })
  expect(await again.page.call('play.recovered', {})).toEqual([])
  const rows = await again.page.call('demonstrations.list', { playerName: 'me' })
  expect(rows.map(({ id, truncated }) => [id, truncated])).toEqual([[first.episodeId, true]])
  await again.close()
})

test('actions that the environment does not have are refused and change nothing', async () => {
  const { page } = studio
  const game = await startBasic()
  const tooMany = { continuous: [], discrete: [2, 2] }
  const outside = { continuous: [], discrete: [3] }
  for (const action of [tooMany, outside]) {
    expect((await page.refusal('play.step', { session: game.session, action })).kind).toBe('user')
  }
  expect(await page.call('play.resume', { session: game.session })).toMatchObject({ steps: 0 })
})

test('requests that cannot be met are answered with a sentence', async () => {
  const { page } = studio
  const start = { seed: null, playerName: 'me', record: false }
  expect(await page.refusal('play.start', { ...start, environment: 'basik' })).toEqual({
    kind: 'user',
    message: 'unknown environment "basik"',
    remedy: 'did you mean "basic"?',
  })
  expect(await page.refusal('play.step', { session: 'gone', action: right })).toMatchObject({ kind: 'user' })
  const over = await page.call('play.start', { ...start, environment: 'basic' })
  for (let i = 0; i < 7; i++) await page.call('play.step', { session: over.session, action: right })
  expect(await page.refusal('play.step', { session: over.session, action: right })).toMatchObject({
    message: 'this episode is over',
  })
})

test('the oldest of many abandoned games is put away, not lost', async () => {
  const games = []
  for (let i = 0; i < 17; i++) {
    const game = await startBasic()
    await studio.page.call('play.step', { session: game.session, action: right })
    games.push(game)
  }
  expect(await studio.page.refusal('play.resume', { session: games[0]!.session })).toMatchObject({
    kind: 'user',
  })
  const offered = await studio.page.call('play.recovered', {})
  expect(offered.map(({ id }) => id)).toEqual([games[0]!.episodeId])
})
