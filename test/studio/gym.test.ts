import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openStudio, type TestStudio } from './support.ts'

let studio: TestStudio

beforeEach(async () => {
  vi.stubEnv('UNDERSTUDY_PYTHON', join(import.meta.dirname, '../remote/fake-python.js'))
  studio = await openStudio()
})

afterEach(async () => {
  expect(studio.bugs).toEqual([])
  await studio.remove()
  vi.unstubAllEnvs()
})

const environment = 'gym:Count-v2'
const ids = async () => (await studio.page.call('environments.list', {})).map(({ id }) => id)

test('an environment of another program is played, listed from then on, and replayed', async () => {
  const { page } = studio
  expect(await ids()).not.toContain(environment)
  const game = await page.consent('play.start', { environment, seed: 8, playerName: 'me', record: true })
  expect(game.scene).toMatchObject({ kind: 'gym', width: 1, stepsPerSecond: 50 })
  expect(await ids()).toContain(environment)
  for (let i = 0; i < 6; i++) {
    await page.call('play.step', { session: game.session, action: { continuous: [], discrete: [1] } })
  }
  await page.call('play.end', { session: game.session, keep: true })
  const [row] = await page.call('demonstrations.list', { environment })
  expect(row).toMatchObject({ length: 6, terminated: true, success: true, score: 6 })
  const recording = await page.call('demonstrations.replay', { id: row!.id })
  expect(recording).toMatchObject({ verified: true, divergedAt: null })
  expect(recording.frames).toHaveLength(7)
  expect(recording.frames[3]!.scene).toMatchObject({ kind: 'gym' })
})

test('a play whose environment cannot go on is kept up to there', async () => {
  const { page } = studio
  const game = await page.consent('play.start', {
    ...{ environment, parameters: { nan: 3 }, seed: 8, playerName: 'me', record: true },
  })
  const step = () =>
    page.call('play.step', { session: game.session, action: { continuous: [], discrete: [1] } })
  await step()
  await step()
  await expect(step()).rejects.toThrow(
    `${environment} gave NaN as reward at step 3 (seed 8); the 2 steps before it are kept as episode`,
  )
  await expect(step()).rejects.toThrow('this episode is over')
  // What the page asks to know that it is.
  expect(await page.call('play.resume', { session: game.session })).toMatchObject({
    ...{ steps: 2, truncated: true, terminated: false, success: false },
  })
  await page.call('play.end', { session: game.session, keep: true })
  const [row] = await page.call('demonstrations.list', { environment })
  expect(row).toMatchObject({ length: 2, terminated: false, truncated: true, success: false })
})

test('environments that are not listed are named, added, or refused with what to do', async () => {
  const { page } = studio
  const { ids: known, schemes } = await page.call('environments.others', {})
  expect(known).toEqual([])
  expect(schemes.map(({ example }) => example)).toContain('gym:CartPole-v1')
  expect(await page.consent('environments.add', { id: environment })).toMatchObject({
    id: environment,
    title: 'Count-v2',
    scriptedPlayer: null,
  })
  expect(await page.consent('environments.add', { id: 'Slide-v4' })).toMatchObject({ id: 'gym:Slide-v4' })
  await expect(page.consent('environments.add', { id: 'gym:NoGym-v0' })).rejects.toMatchObject({
    remedy: expect.stringContaining('pip install gymnasium'),
  })
})
