/** Drawings that a plugin's environment gives to hang, fill or fool the page: none is shown, and the game goes on. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { makeEnvironment, viewOf } from '../../../core/envs/index.ts'
import { registerEnvironment } from '../../../core/index.ts'
import { figure } from '../../figures.ts'
import { openStudio, type TestStudio } from '../../studio/support.ts'
import { measured } from './support.ts'

const CIRCLE = { shape: 'circle', x: 0, y: 0, radius: 1 }
const scene = (parts: object) => ({ kind: 'drawing', width: 10, height: 10, shapes: [CIRCLE], ...parts })
const shape = (parts: object) => scene({ shapes: [{ ...CIRCLE, ...parts }] })
const self: { kind: string; shapes: unknown[] } = { kind: 'drawing', shapes: [] }
self.shapes.push(self)

/** What `scene()` gives, made when it is asked for. */
const hostile: Record<string, () => unknown> = {
  'a million shapes': () => scene({ shapes: Array(1_000_000).fill(CIRCLE) }),
  'a million points': () => scene({ shapes: [{ shape: 'line', points: Array(1_000_000).fill([0, 0]) }] }),
  'a hundred thousand keys': () => ({
    ...scene({}),
    ...Object.fromEntries(Array.from({ length: 1e5 }, (_, i) => [`k${i}`, i])),
  }),
  'no number': () => shape({ x: Number.NaN }),
  'an endless number': () => shape({ radius: Number.POSITIVE_INFINITY }),
  'a huge text': () => scene({ describe: 'a'.repeat(50_000_000) }),
  'a huge id': () => shape({ id: 'a'.repeat(50_000_000) }),
  'a colour that fetches': () => shape({ fill: 'url(https://example.org/x.png)' }),
  'a colour that styles': () => scene({ background: 'red;position:fixed' }),
  'a colour without end': () => shape({ fill: `rgb(${' '.repeat(5_000_000)}` }),
  'a picture that grows': () =>
    scene({
      shapes: [
        {
          ...{ shape: 'picture', x: 0, y: 0, width: 1, height: 1, columns: 4096, rows: 4096 },
          png: Buffer.from([
            ...[137, 80, 78, 71, 13, 10, 26, 10, 0, 0, 0, 13, 73, 72, 68, 82],
            ...[0, 0, 16, 0, 0, 0, 16, 0],
          ]).toString('base64'),
        },
      ],
    }),
  'a picture that is a page': () =>
    scene({
      shapes: [
        {
          ...{ shape: 'picture', x: 0, y: 0, width: 1, height: 1, columns: 1, rows: 1 },
          png: 'https://example.org/x.png',
        },
      ],
    }),
  'a function': () => shape({ fill: () => 'red' }),
  itself: () => self,
  'a prototype': () => JSON.parse('{"kind":"drawing","width":1,"height":1,"shapes":[{"shape":"__proto__"}]}'),
  'shapes without a list': () => scene({ shapes: { length: 1e9 } }),
}

let studio: TestStudio
let current: () => unknown = () => null
beforeAll(async () => {
  registerEnvironment('test/hostile', () => {
    const environment = makeEnvironment('basic')
    const spec = { ...environment.spec, id: 'test/hostile' }
    return Object.assign(environment, { spec, scene: () => current(), events: () => [] })
  })
  studio = await openStudio()
})
afterAll(async () => {
  expect(studio.bugs).toEqual([])
  await studio.remove()
})

it.each(Object.keys(hostile))('%s is not shown, and the game can be played', async (name) => {
  const drawn = hostile[name]!()
  current = () => drawn
  const { result, stillMs } = await measured(async () => {
    const game = await studio.page.call('play.start', {
      environment: 'test/hostile',
      seed: 1,
      playerName: 'me',
      record: false,
    })
    const action = { continuous: [], discrete: [2] }
    const step = await studio.page.call('play.step', { session: game.session, action })
    await studio.page.call('play.end', { session: game.session, keep: false })
    return step
  })
  figure('loop of the studio under a hostile drawing', stillMs, 'ms')
  expect(result.scene).toMatchObject({ kind: 'observations' })
  const { problem } = result.scene as unknown as { problem: string }
  expect(problem).toMatch(/^The drawing of test\/hostile cannot be shown: /)
  expect(problem.length).toBeLessThan(300)
  expect(stillMs).toBeLessThan(2_000)
})

it('events that are none are not shown either', () => {
  const environment = makeEnvironment('test/hostile')
  current = () => scene({})
  for (const events of [Array(1_000_000).fill({ text: 'a' }), [{ text: 'a'.repeat(1e7) }], [null], ['a']]) {
    environment.events = () => events
    const { scene, events: shown } = viewOf(environment, new Float32Array(20))
    expect(scene).toMatchObject({ kind: 'observations', problem: expect.stringContaining('events') })
    expect(shown).toEqual([])
  }
})
