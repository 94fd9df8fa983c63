import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { recordEpisode, writeUnderstudy } from '../../core/demos/index.ts'
import { makeEnvironment, type Player } from '../../core/envs/index.ts'
import { readCells } from '../../core/experiment/index.ts'
import { openLibrary } from '../../core/store/index.ts'
import { temporaryDirectory } from '../store/support.ts'
import { type Attempt, course, QUICK, runAll } from './support.ts'

// Training processes take their time to start where others train, too.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const names = (events: readonly { event: string; cell?: string }[], kind: string) =>
  events.filter(({ event }) => event === kind).map(({ cell }) => cell)

describe('an experiment', () => {
  let dir: string
  let whole: Attempt

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'understudy-'))
    whole = await runAll(dir, QUICK)
    return () => rmSync(dir, { recursive: true, force: true })
  })

  it('goes on where it was interrupted, to the very same figures', async () => {
    expect(whole.complete).toBe(true)
    expect(whole.cells.map(({ curve }) => curve.steps.at(-1))).toEqual([1000, 1400])
    const other = temporaryDirectory()
    const first = await runAll(other, QUICK, {
      stopWhen: (event) => event.event === 'checkpoint' && event.cell === 'sac-1',
    })
    expect(first.complete).toBe(false)
    const second = await runAll(other, QUICK)
    expect(second.complete).toBe(true)
    const resumed = second.events.find((event) => event.event === 'started' && event.cell === 'sac-1')
    expect(resumed).toMatchObject({ step: expect.toSatisfy((step: number) => step > 0 && step < 1400) })
    const made = [first, second].flatMap(({ events }) => names(events, 'finished'))
    expect(made.sort()).toEqual(['ppo-1', 'sac-1'])
    expect(second.cells.map(course)).toEqual(whole.cells.map(course))
  })

  it('makes again what was made with other settings, and nothing else', async () => {
    const again = await runAll(dir, QUICK)
    expect(again.events).toEqual([{ event: 'plan', cells: 2, kept: 2, jobs: 2 }])
    const after = await runAll(dir, QUICK.replace('0.0001', '0.0002'))
    expect(after.events[0]).toEqual({
      event: 'changed',
      cell: 'sac-1',
      changes: ['hyperparameters.learning_rate was 0.0001, is 0.0002'],
    })
    expect(names(after.events, 'finished')).toEqual(['sac-1'])
    expect(after.cells[0]).toEqual(whole.cells[0])
    expect(course(after.cells[1]!)).not.toEqual(course(whole.cells[1]!))
  })

  it('ends a run at the first checkpoint that solves, and the figures are those of that checkpoint', async () => {
    const solve = QUICK.replace('until: max_steps', 'until: solved').replaceAll(
      'max_steps: 1000',
      'max_steps: 100000',
    )
    const { cells, complete } = await runAll(temporaryDirectory(), solve, { columns: ['ppo'] })
    expect(complete).toBe(true)
    const [{ solved, steps, heldOut, curve }] = cells as [Attempt['cells'][0]]
    expect(solved!.step).toBe(steps)
    expect(steps % 400).toBe(0)
    expect(heldOut).toMatchObject({ won: 5 })
    expect(curve.steps.at(-1)).toBe(steps)
    expect(curve.steps).toHaveLength(curve.scores.length)
    expect(solved!.seconds).toBeGreaterThan(0)
  })

  it('says of a goal that was not met that it was not', async () => {
    const unmet = `
name: unmet
env: bubble/25
seeds: [1]
measure: { held_out: 2 }
columns: [{ id: ppo, preset: ppo, max_steps: 2000 }]
`
    const { cells } = await runAll(temporaryDirectory(), unmet)
    expect(cells).toMatchObject([{ mastered: null, sustained: null, solved: null, steps: 2000 }])
  })

  it('goes on with the other runs when one fails', async () => {
    const broken = QUICK.replace('title: SAC', 'config: { checkpoint_settings: { initialize_from: gone } }')
    const { complete, events, cells } = await runAll(temporaryDirectory(), broken)
    expect(complete).toBe(false)
    expect(names(events, 'failed')).toEqual(['sac-1'])
    expect(cells.map(({ column }) => column)).toEqual(['ppo'])
  })

  it('learns from the files that it names, and notices when they are others', async () => {
    const directory = temporaryDirectory()
    const clone = `
name: clone
env: basic
seeds: [1]
until: max_steps
measure: { held_out: 1 }
demonstrations: [walk.understudy]
columns: [{ id: bc, preset: bc, max_steps: 100 }]
`
    const environment = makeEnvironment('basic', { max_steps: 0 })
    const right: Player = {
      name: 'right',
      kind: 'scripted',
      begin: () => {},
      act: (_environment, _observation, action) => {
        action.discrete[0] = 2
      },
    }
    const walk = async (...seeds: number[]) => {
      const library = openLibrary(temporaryDirectory())
      const episodes = []
      for (const seed of seeds) {
        const { episodeId } = await recordEpisode(library, environment, right, seed)
        episodes.push(library.readEpisode(episodeId!))
      }
      library.close()
      writeFileSync(join(directory, 'walk.understudy'), writeUnderstudy(episodes))
    }
    await expect(runAll(directory, clone)).rejects.toThrow(/walk\.understudy cannot be read/)
    const unnamed = clone.replace(/^demonstrations.*$/m, '')
    await expect(runAll(directory, unnamed)).rejects.toThrow(
      'bc learns from demonstrations, but basic comes with none',
    )
    await walk(1)
    expect((await runAll(directory, clone)).complete).toBe(true)
    await walk(1, 2)
    const { events } = await runAll(directory, clone)
    expect(events[0]).toMatchObject({ event: 'changed', changes: ['the demonstrations are different'] })
  })

  it('refuses raw data that is not what was written', async () => {
    const file = join(dir, 'cells/ppo-1.json')
    writeFileSync(file, '{"format":1,"column":"ppo","seed":1}\n')
    await expect(readCells(dir)).rejects.toThrow(/ppo-1\.json: identity: expected a measured cell/)
    writeFileSync(file, 'half a fi')
    await expect(readCells(dir)).rejects.toThrow(/ppo-1\.json: text: expected JSON/)
  })
})
