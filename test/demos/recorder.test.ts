import { describe, expect, it } from 'vitest'
import {
  environmentOf,
  findDivergence,
  Recorder,
  recordEpisode,
  recordedSpec,
  replayEpisode,
  stampMismatch,
} from '../../core/demos/index.ts'
import { emptyAction } from '../../core/envs/environment.ts'
import { registerEnvironment } from '../../core/envs/registry.ts'
import { Connection } from '../../core/store/database.ts'
import { openLibrary } from '../../core/store/index.ts'
import { selectDemonstrations } from '../../core/train/index.ts'
import { OwnEnd } from '../rollout/own-end.ts'
import { temporaryDirectory } from '../store/support.ts'
import { dancer, Walk } from './walk.ts'

const ada = { name: 'Ada', kind: 'human' } as const

function forward(environment: Walk) {
  const action = emptyAction(environment.spec)
  action.discrete[0] = 1
  return action
}

describe('recordEpisode', () => {
  it('records what happened, so that a replay comes out the same', async () => {
    const library = openLibrary(temporaryDirectory())
    const { episodeId, steps } = await recordEpisode(library, new Walk(), dancer(), 5)
    const episode = library.readEpisode(episodeId!)
    expect(steps).toBe(23)
    expect(episode).toMatchObject({ seed: 5, terminated: true, truncated: false, success: true })
    expect(episode.player).toEqual({ name: 'dancer', kind: 'scripted' })
    expect([...episode.masks!.subarray(0, 4)]).toEqual([0, 1, 1, 1])
    expect(findDivergence(episode, new Walk())).toBeUndefined()
    expect([...replayEpisode(episode, new Walk())]).toHaveLength(steps + 1)
    library.close()
  })

  it('gives the same episode for the same seed, whatever the clock says', async () => {
    const library = openLibrary(temporaryDirectory())
    let now = 0
    const clock = () => (now += 2_000_000)
    const first = await recordEpisode(library, new Walk(), dancer(), 8, { clock })
    const second = await recordEpisode(library, new Walk(), dancer(), 8, { clock })
    const [a, b] = [first, second].map(({ episodeId }) => library.getEpisode(episodeId!).hash)
    expect(a).toBe(b)
    expect([...library.readEpisode(first.episodeId!).timesUs.subarray(0, 2)]).toEqual([2_000_000, 4_000_000])
    library.close()
  })

  it('reports steps and commits, and leaves an aborted episode as an interrupted one', async () => {
    const library = openLibrary(temporaryDirectory())
    const abort = new AbortController()
    const committed: number[] = []
    const recording = recordEpisode(library, new Walk(), dancer('human'), 1, {
      signal: abort.signal,
      onCommit: (_recorder, steps) => committed.push(steps),
      onStep: (recorder) => {
        if (recorder.steps === 4) abort.abort()
      },
    })
    await expect(recording).rejects.toThrow('aborted')
    expect(committed).toEqual([1, 2, 3, 4])
    expect(library.listEpisodes()).toMatchObject([{ state: 'interrupted', length: 4 }])
    library.close()
  })

  it('does not know of a goal that was missed where nobody says, and learns from it all the same', async () => {
    const library = openLibrary(temporaryDirectory())
    const silent = Object.defineProperty(new Walk(), 'succeeded', { value: null })
    const { episodeId } = await recordEpisode(library, silent, dancer(), 5)
    const reached = await recordEpisode(library, new Walk(), dancer(), 5)
    expect(library.readEpisode(episodeId!).success).toBeNull()
    expect(library.readEpisode(reached.episodeId!).success).toBe(true)
    const all = selectDemonstrations(library, silent.spec, 'all')
    expect(all.map(({ id }) => id)).toEqual([episodeId, reached.episodeId])
    const left = new Recorder(library, silent, { seed: 5, player: ada })
    left.step(forward(silent))
    expect(library.readEpisode(left.keep()!).success).toBeNull()
    library.close()
  })

  it('keeps what came before a step that the environment could not make', async () => {
    const library = openLibrary(temporaryDirectory())
    const fault = { atStep: 4, every: 1, message: 'it gave NaN as reward at step 4 (seed 2)' }
    const recording = recordEpisode(library, new OwnEnd({ fault }), dancer(), 2)
    await expect(recording).rejects.toThrow(`${fault.message}; the 3 steps before it are kept as episode 1`)
    expect(library.listEpisodes()).toMatchObject([
      { state: 'complete', length: 3, return: 3, truncated: true, terminated: false, success: false },
    ])
    expect([...library.readEpisode(1).observations.subarray(-2)]).toEqual([2, 3])
    const first = recordEpisode(library, new OwnEnd({ fault: { ...fault, atStep: 1 } }), dancer(), 2)
    await expect(first).rejects.toThrow(/seed 2\)$/)
    expect(library.listEpisodes()).toHaveLength(1)
    library.close()
  })

  it('marks an episode that a limit ended as truncated', async () => {
    const library = openLibrary(temporaryDirectory())
    const { episodeId } = await recordEpisode(library, new Walk({ maxSteps: 5 }), dancer(), 1)
    expect(library.getEpisode(episodeId!)).toMatchObject({ length: 5, terminated: false, truncated: true })
    library.close()
  })
})

describe('Recorder', () => {
  it('keeps an unfinished episode as truncated', () => {
    const library = openLibrary(temporaryDirectory())
    const environment = new Walk()
    const recorder = new Recorder(library, environment, { seed: 1, player: ada })
    recorder.step(forward(environment))
    recorder.step(forward(environment))
    expect(recorder).toMatchObject({ steps: 2, committed: 2, over: false })
    const id = recorder.keep()!
    expect(library.getEpisode(id)).toMatchObject({
      state: 'complete',
      length: 2,
      truncated: true,
      success: false,
    })
    expect(findDivergence(library.readEpisode(id), new Walk())).toBeUndefined()
    expect(() => recorder.step(forward(environment))).toThrow('over')
    library.close()
  })

  it('has written the outcome before anyone decides to keep, and does not count it until then', () => {
    const directory = temporaryDirectory()
    const library = openLibrary(directory)
    const environment = new Walk()
    const recorder = new Recorder(library, environment, { seed: 1, player: ada })
    while (!recorder.over) recorder.step(forward(environment))
    expect(library.listEpisodes()).toMatchObject([{ state: 'recording', success: true, terminated: true }])
    expect(library.listEpisodes({ state: 'complete' })).toEqual([])
    expect(library.readEpisode(recorder.episodeId!)).toMatchObject({ terminated: true, truncated: false })
    // The process ends meanwhile, and the next one is asked.
    library.close()
    const next = openLibrary(directory)
    const [left] = next.listEpisodes()
    expect(left).toMatchObject({ state: 'interrupted', success: true, terminated: true, truncated: false })
    next.keepEpisodes([left!.id])
    const kept = { state: 'complete', success: true, terminated: true, truncated: false }
    expect(next.listEpisodes()).toMatchObject([kept])
    expect(() => next.verifyEpisode(left!.id)).not.toThrow()
    next.close()
  })

  it('leaves a discarded one that had come to its end among the deleted', () => {
    const library = openLibrary(temporaryDirectory())
    const environment = new Walk()
    const recorder = new Recorder(library, environment, { seed: 1, player: ada })
    while (!recorder.over) recorder.step(forward(environment))
    recorder.discard()
    expect(library.listEpisodes()).toEqual([])
    expect(library.listEpisodes({ deleted: true })).toHaveLength(1)
    expect(recorder.episodeId).toBeNull()
    library.close()
  })

  it('leaves nothing behind of an episode without a step, or one discarded in the middle', () => {
    const library = openLibrary(temporaryDirectory())
    const environment = new Walk()
    expect(new Recorder(library, environment, { seed: 1, player: ada }).keep()).toBeNull()
    const recorder = new Recorder(library, environment, { seed: 1, player: ada })
    recorder.step(forward(environment))
    recorder.discard()
    expect(library.listEpisodes()).toEqual([])
    expect(library.listEpisodes({ deleted: true })).toEqual([])
    library.close()
  })

  it('takes no further step while the disk refuses one, and loses none of those taken', () => {
    const library = openLibrary(temporaryDirectory())
    const obstacle = new Connection(library.file)
    const environment = new Walk()
    const recorder = new Recorder(library, environment, { seed: 1, player: ada })
    for (let i = 0; i < 8; i++) recorder.step(forward(environment))
    obstacle.sqlite.exec(`CREATE TRIGGER full BEFORE INSERT ON chunk BEGIN SELECT RAISE(ABORT, 'full'); END`)
    expect(() => recorder.step(forward(environment))).toThrow('full')
    expect(recorder).toMatchObject({ steps: 9, committed: 8, over: true })
    expect(() => recorder.keep()).toThrow('full')
    obstacle.sqlite.exec('DROP TRIGGER full')
    expect(() => recorder.step(forward(environment))).toThrow('over')
    const id = recorder.keep()!
    expect(library.getEpisode(id)).toMatchObject({
      length: 9,
      terminated: true,
      truncated: false,
      success: true,
    })
    expect(findDivergence(library.readEpisode(id), new Walk())).toBeUndefined()
    obstacle.close()
    library.close()
  })

  it('plays without recording when there is no library', () => {
    const environment = new Walk()
    const recorder = new Recorder(null, environment, { seed: 1, player: ada })
    while (!recorder.over) recorder.step(forward(environment))
    expect(recorder).toMatchObject({ steps: 9, episodeId: null, committed: 0 })
    expect(recorder.keep()).toBeNull()
  })
})

const id = 'test/known-walk'
registerEnvironment(id, (parameters) => new Walk({ ...parameters, id }))

describe('replay', () => {
  it('builds the environment from the stamp and refuses another version with a sentence', async () => {
    const library = openLibrary(temporaryDirectory())
    const { episodeId } = await recordEpisode(library, new Walk({ id, maxSteps: 7 }), dancer(), 5)
    const episode = library.readEpisode(episodeId!)
    expect(environmentOf(episode).spec.parameters).toEqual({ maxSteps: 7 })
    expect(findDivergence(episode)).toBeUndefined()
    const old = { ...episode, environment: { ...episode.environment, version: 0 } }
    expect(() => findDivergence(old)).toThrow(
      'this episode was played in version 0 of test/known-walk; this is version 1',
    )
    library.close()
  })

  it('says what does not fit between an episode and an environment', () => {
    const { spec } = new Walk()
    const stamp = { ...spec, observations: [{ name: 'view', shape: [4] }] }
    expect(stampMismatch(stamp, spec)).toBe('has the observations view[4], not view[3]')
    expect(stampMismatch({ ...spec, action: { continuous: 0, discrete: [2] } }, spec)).toContain(
      'has the actions',
    )
    const rows = { ...spec, observations: [{ name: 'view', shape: [1, 3] }] }
    expect([stampMismatch(rows, spec), stampMismatch(spec, recordedSpec(rows))]).toEqual([
      undefined,
      undefined,
    ])
    const columns = { ...spec, observations: [{ name: 'view', shape: [3, 1] }] }
    expect(stampMismatch(columns, recordedSpec(rows))).toContain('view[3, 1], not view[1, 3]')
    expect(stampMismatch({ ...spec, id: 'other' }, spec)).toBe('was played in other, not in test/walk')
    expect(stampMismatch({ ...spec, parameters: { maxSteps: 3 } }, spec)).toBeUndefined()
  })

  it('finds the first observation, reward or end that differs', async () => {
    const library = openLibrary(temporaryDirectory())
    const { episodeId } = await recordEpisode(library, new Walk(), dancer(), 5)
    const episode = library.readEpisode(episodeId!)
    const bent = structuredClone(episode)
    bent.observations[3 * 4 + 2]! += 1e-3
    expect(findDivergence(bent, new Walk())).toMatchObject({ step: 4, what: 'observation', index: 2 })
    const paid = structuredClone(episode)
    paid.rewards[2] = 9
    expect(findDivergence(paid, new Walk())).toMatchObject({ step: 3, what: 'reward', recorded: 9 })
    expect(findDivergence({ ...episode, terminated: false }, new Walk())).toMatchObject({
      step: 23,
      what: 'end',
    })
    expect(findDivergence({ ...episode, seed: 6 }, new Walk())).toMatchObject({
      step: 0,
      what: 'observation',
    })
    library.close()
  })

  it('stops where the environment ends, and finds that the recording goes on', async () => {
    const library = openLibrary(temporaryDirectory())
    const { episodeId, steps } = await recordEpisode(library, new Walk(), dancer(), 5)
    const episode = library.readEpisode(episodeId!)
    const longer = {
      ...episode,
      observations: Float32Array.of(...episode.observations, 8, 0, 0),
      continuous: Float32Array.of(...episode.continuous, 0),
      discrete: Int32Array.of(...episode.discrete, 0),
      rewards: Float32Array.of(...episode.rewards, -0.1),
    }
    expect([...replayEpisode(longer, new Walk())]).toHaveLength(steps + 1)
    expect(findDivergence(longer, new Walk())).toMatchObject({
      step: steps,
      what: 'end',
      recorded: steps + 1,
      replayed: steps,
    })
    library.close()
  })

  it('tells zero from negative zero, and which was recorded', async () => {
    const library = openLibrary(temporaryDirectory())
    const { episodeId } = await recordEpisode(library, new Walk(), dancer(), 5)
    const episode = library.readEpisode(episodeId!)
    episode.observations[0] = -0
    expect(findDivergence(episode, new Walk())).toEqual({
      step: 0,
      what: 'observation',
      index: 0,
      recorded: -0,
      replayed: 0,
    })
    library.close()
  })
})
