import { describe, expect, it } from 'vitest'
import { type Episode, openLibrary, type RunRow, type StepRecord } from '../../core/store/index.ts'
import { head, randomEpisode, runRow, temporaryDirectory } from './support.ts'

function step(episode: Episode, i: number): StepRecord {
  return {
    continuous: episode.continuous.slice(i, i + 1),
    discrete: episode.discrete.slice(i * 2, i * 2 + 2),
    reward: episode.rewards[i]!,
    observation: episode.observations.slice((i + 1) * 8, (i + 2) * 8),
    ...(episode.masks === undefined ? {} : { mask: episode.masks.slice((i + 1) * 5, (i + 2) * 5) }),
    timeUs: episode.timesUs[i]!,
  }
}

function lastStepWithoutMask(record: StepRecord): StepRecord {
  const { mask, ...rest } = record
  return mask?.length === 0 ? rest : record
}

describe('recording', () => {
  it.each([1, 63, 64, 65, 200])('gives back an episode of %i steps as it was played', (steps) => {
    const library = openLibrary(temporaryDirectory())
    const played = randomEpisode(4, { steps, masked: true })
    const writer = library.startEpisode(head, played.observations.slice(0, 8), played.masks!.slice(0, 5))
    for (let i = 0; i < steps; i++) writer.append(lastStepWithoutMask(step(played, i)))
    const id = writer.finish({ terminated: true, truncated: false, success: true })
    expect(library.readEpisode(id)).toEqual({ ...played, seed: head.seed })
    expect(library.getEpisode(id)).toMatchObject({ state: 'complete', length: steps, success: true })
    library.verifyEpisode(id)
    library.close()
  })

  it('stores the same bytes for an episode recorded and an episode added', () => {
    const library = openLibrary(temporaryDirectory())
    const played = randomEpisode(4, { steps: 100 })
    const added = library.addEpisode(played)
    const writer = library.startEpisode({ ...head, seed: 4 }, played.observations.slice(0, 8))
    for (let i = 0; i < 100; i++) writer.append(step(played, i))
    const recorded = writer.finish(played)
    const row = (id: number) => ({ ...library.getEpisode(id), id: 0 })
    expect(row(recorded)).toEqual(row(added))
    library.close()
  })

  it('commits a step of a person at once', () => {
    const dir = temporaryDirectory()
    const library = openLibrary(dir)
    const reader = openLibrary(dir, { readonly: true })
    const played = randomEpisode(1)
    const writer = library.startEpisode(
      { ...head, player: { name: 'Ada', kind: 'human' } },
      played.observations.slice(0, 8),
    )
    for (let i = 0; i < 3; i++) {
      writer.append(step(played, i))
      expect(writer.committed).toBe(i + 1)
      expect(reader.getEpisode(writer.episodeId)).toMatchObject({ state: 'recording', length: i + 1 })
    }
    reader.close()
    library.close()
  })

  it('commits what an agent did within a quarter of a second, even when nothing follows', async () => {
    const library = openLibrary(temporaryDirectory())
    const played = randomEpisode(1)
    const writer = library.startEpisode(head, played.observations.slice(0, 8))
    const committed = new Promise<number>((resolve) => {
      writer.onCommit = resolve
    })
    writer.append(step(played, 0))
    expect(await committed).toBe(1)
    library.close()
  })

  it('keeps an episode cut off from outside as truncated and refuses an empty one', () => {
    const library = openLibrary(temporaryDirectory())
    const played = randomEpisode(1)
    const neither = { terminated: false, truncated: false, success: false }
    const writer = library.startEpisode(head, played.observations.slice(0, 8))
    writer.append(step(played, 0))
    expect(library.readEpisode(writer.finish(neither))).toMatchObject({ terminated: false, truncated: true })
    const empty = library.startEpisode(head, played.observations.slice(0, 8))
    expect(() => empty.finish(neither)).toThrow('without a single step')
    expect(library.listEpisodes()).toHaveLength(1)
    library.close()
  })

  it('makes a recording that is open when the library closes an interrupted one, to be kept or not', () => {
    const dir = temporaryDirectory()
    const played = randomEpisode(1)
    let library = openLibrary(dir)
    const writer = library.startEpisode(head, played.observations.slice(0, 8))
    writer.append(step(played, 0))
    writer.append(step(played, 1))
    library.close()
    library = openLibrary(dir)
    const [row] = library.listEpisodes({ state: 'interrupted' })
    expect(row).toMatchObject({ length: 2, truncated: true, hash: null })
    library.keepEpisodes([row!.id])
    expect(library.getEpisode(row!.id)).toMatchObject({ state: 'complete', hash: expect.any(String) })
    library.verifyEpisode(row!.id)
    library.close()
  })

  it('forgets a discarded episode and refuses steps afterwards', () => {
    const library = openLibrary(temporaryDirectory())
    const played = randomEpisode(1)
    const writer = library.startEpisode(head, played.observations.slice(0, 8))
    writer.append(step(played, 0))
    writer.discard()
    expect(library.listEpisodes()).toEqual([])
    expect(() => writer.append(step(played, 1))).toThrow('no longer being recorded')
    library.close()
  })
})

describe('episodes', () => {
  it('are listed newest first and by what they are', () => {
    const library = openLibrary(temporaryDirectory())
    const add = (seed: number, changes: Partial<Episode>): number =>
      library.addEpisode(randomEpisode(seed, { changes }))
    const early = add(1, { startedAtUs: 1, tags: ['good', 'slow'] })
    const late = add(2, { startedAtUs: 2, player: { name: 'Ada', kind: 'human' } })
    const ids = (filter: Parameters<typeof library.listEpisodes>[0]) =>
      library.listEpisodes(filter).map((row) => row.id)
    expect(ids({})).toEqual([late, early])
    expect(ids({ playerKind: 'human' })).toEqual([late])
    expect(ids({ tag: 'slow' })).toEqual([early])
    expect(ids({ seed: 2, success: true })).toEqual([late])
    expect(ids({ success: false })).toEqual([early])
    expect(ids({ ids: [early, 99] })).toEqual([early])
    expect(ids({ environmentId: 'elsewhere' })).toEqual([])
    library.close()
  })

  it('can be tagged, deleted, restored and purged, all ids or none', async () => {
    const library = openLibrary(temporaryDirectory())
    const [a, b] = [library.addEpisode(randomEpisode(1)), library.addEpisode(randomEpisode(2))]
    library.updateEpisodes([a, b], { tags: [' good', 'good', ''], note: 'n', rating: 4 })
    expect(library.getEpisode(b)).toMatchObject({ tags: ['good'], note: 'n', rating: 4 })
    expect(() => library.deleteEpisodes([a, 99])).toThrow('there is no episode 99')
    expect(library.listEpisodes()).toHaveLength(2)
    library.deleteEpisodes([a])
    expect(library.listEpisodes({ deleted: true }).map((row) => row.id)).toEqual([a])
    library.restoreEpisodes([a])
    library.verifyEpisode(a)
    library.deleteEpisodes([a])
    expect(await library.purge(Date.now() * 1000 + 1)).toMatchObject({ episodes: 1 })
    expect(() => library.readEpisode(a)).toThrow('there is no episode')
    expect(library.listEpisodes().map((row) => row.id)).toEqual([b])
    expect(() => library.updateEpisodes([b], { rating: 6 })).toThrow('0 to 5')
    library.close()
  })

  it('are imported once; a deleted one comes back', () => {
    const library = openLibrary(temporaryDirectory())
    const episodes = [randomEpisode(1), randomEpisode(2)]
    const { added } = library.importEpisodes(episodes)
    library.deleteEpisodes([added[0]!])
    expect(library.importEpisodes([...episodes, randomEpisode(3)])).toEqual({
      added: [expect.any(Number)],
      known: added,
    })
    expect(library.listEpisodes()).toHaveLength(3)
    const broken = randomEpisode(5, { changes: { rewards: new Float32Array(0) } })
    expect(() => library.importEpisodes([randomEpisode(4), broken])).toThrow('at least one step')
    expect(library.listEpisodes()).toHaveLength(3)
    library.close()
  })
})

describe('runs', () => {
  const run = runRow({
    id: 'first',
    environmentId: 'bubble/25',
    signals: ['gail'],
    createdAtUs: 5,
    demonstrations: [1, 2],
    pid: 1234,
    config: 'behaviors: {}\n',
  })

  it('are indexed, changed without losing their metrics, and deleted with them', () => {
    const library = openLibrary(temporaryDirectory())
    library.putRun(run)
    library.putRun({ ...run, id: 'second', createdAtUs: 6 })
    library.appendMetrics('first', [{ step: 1, name: 'loss/critic', value: 0.5 }])
    const done: RunRow = { ...run, state: 'finished', score: 24.5, masteredAtStep: 900, pid: null }
    library.putRun(done)
    expect(library.getRun('first')).toEqual(done)
    expect(library.listRuns().map((row) => row.id)).toEqual(['second', 'first'])
    expect(library.readMetrics('first')).toHaveLength(1)
    library.deleteRun('first')
    expect(library.getRun('first')).toBeUndefined()
    expect(library.readMetrics('first')).toEqual([])
    expect(() => library.deleteRun('first')).toThrow('there is no run')
    library.close()
  })

  it('keep metrics exactly, replace repeated ones and select by step and name', () => {
    const library = openLibrary(temporaryDirectory())
    library.putRun(run)
    const rows = [
      { step: 10, name: 'a', value: 0.1 + 0.2 },
      { step: 10, name: 'b', value: Number.NaN },
      { step: 20, name: 'a', value: Number.NEGATIVE_INFINITY },
    ]
    library.appendMetrics('first', rows)
    library.appendMetrics('first', [{ step: 20, name: 'a', value: 3 }])
    expect(library.readMetrics('first')).toEqual([rows[0], rows[1], { step: 20, name: 'a', value: 3 }])
    expect(library.readMetrics('first', { afterStep: 10 })).toHaveLength(1)
    expect(library.readMetrics('first', { names: ['b'] })).toEqual([rows[1]])
    library.close()
  })
})
