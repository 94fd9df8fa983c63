/** Agents from elsewhere, as the page takes them in and uses them. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Contender } from '../../core/studio/protocol.ts'
import { favouring, model } from '../evaluate/models.ts'
import { openStudio, type TestStudio } from './support.ts'

const rightward = model({ inputs: { input: [20] } }, ([x], graph) => ({
  logits: favouring(graph, x!, 20, 3, () => 2),
}))

let studio: TestStudio
beforeAll(async () => {
  studio = await openStudio()
})
afterAll(async () => {
  expect(studio.bugs).toEqual([])
  await studio.remove()
})

test('an imported agent is tested, watched, compared, renamed, exported and deleted', async () => {
  const { page } = studio
  const { agent, known } = await page.call('imported.add', {
    file: await studio.send('walker.onnx', rightward),
    environment: 'basic',
  })
  expect({ known, ...agent }).toMatchObject({
    known: false,
    id: 'walker',
    name: 'walker',
    environmentId: 'basic',
    source: 'walker.onnx',
    form: 'plain',
    evaluation: null,
  })
  await page.event('library.changed', ({ what }) => what === 'agents')
  const again = await page.call('imported.add', {
    file: await studio.send('b.onnx', rightward),
    environment: 'basic',
  })
  expect(again).toMatchObject({ known: true, agent: { id: 'walker' } })

  const tested = await page.call('imported.evaluate', { id: 'walker', episodes: 10, taskId: 'test' })
  expect(tested.evaluation).toMatchObject({ episodes: 10, winRate: 1 })
  const recording = await page.call('imported.watch', { id: 'walker', seed: 4 })
  expect(recording).toMatchObject({ seed: 4, success: true })

  const contenders: Contender[] = [{ kind: 'imported', id: 'walker' }]
  const { boards } = await page.call('compare.boards', { environment: 'basic', seed: 4, contenders })
  expect(boards.map(({ label, playerKind, steps }) => [label, playerKind, steps])).toEqual([
    ['walker', 'agent', 7],
  ])
  const { rows } = await page.call('compare.table', { environment: 'basic', contenders, episodes: 5 })
  expect(rows[0]).toMatchObject({ label: 'walker', score: { n: 5, successRate: 1 } })

  expect(await page.call('imported.rename', { id: 'walker', name: ' To the right ' })).toMatchObject({
    id: 'walker',
    name: 'To the right',
  })
  const file = await page.call('imported.export', { id: 'walker' })
  expect([file.fileName, (await studio.fetch(file)).equals(rightward)]).toEqual(['walker.onnx', true])
  expect(await page.call('agents.list', {})).toEqual([])
  const before = await page.call('imported.list', {})
  expect(await page.call('imported.delete', { id: 'walker' })).toEqual({ deleted: true })
  expect(await page.call('imported.list', {})).toEqual([])
  expect(await page.call('imported.restore', { id: 'walker' })).toEqual(before[0])
  expect(await page.call('imported.list', {})).toEqual(before)
  const restored = await page.call('imported.export', { id: 'walker' })
  expect((await studio.fetch(restored)).equals(rightward)).toBe(true)
  await page.call('imported.delete', { id: 'walker' })
  await page.call('imported.add', { file: await studio.send('walker.onnx', rightward), environment: 'basic' })
  expect(await page.refusal('imported.restore', { id: 'walker' })).toMatchObject({
    message: 'there is now another agent "walker"',
  })
  await page.call('imported.delete', { id: 'walker' })
})

test('what is no policy of the environment is refused, and who is not there', async () => {
  const { page } = studio
  const add = async (bytes: Uint8Array, environment: string) =>
    page.refusal('imported.add', { file: await studio.send('walker.onnx', bytes), environment })
  expect(await add(Uint8Array.of(1, 2, 3), 'basic')).toMatchObject({ kind: 'data' })
  expect(await add(rightward, 'bubble/25')).toMatchObject({
    kind: 'user',
    message: expect.stringContaining('[batch, 20]'),
  })
  expect(await add(rightward, 'nowhere')).toMatchObject({ kind: 'user' })
  expect(await page.refusal('imported.watch', { id: 'nobody', seed: 1 })).toMatchObject({
    message: 'there is no imported agent "nobody"',
  })
  const contenders: Contender[] = [{ kind: 'imported', id: 'nobody' }]
  const { boards, absent } = await page.call('compare.boards', { environment: 'basic', seed: 1, contenders })
  expect({ boards, absent }).toMatchObject({
    boards: [],
    absent: [{ reason: 'There is no imported agent "nobody".', scored: false }],
  })
})
