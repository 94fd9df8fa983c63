import { expect, test } from 'vitest'
import { ensureBundledDemonstrations } from '../../../core/demos/index.ts'
import { makeEnvironment } from '../../../core/envs/index.ts'
import { openLibrary, type RunRow } from '../../../core/store/index.ts'
import { diagnose, factsOf } from '../../../core/train/diagnostics/index.ts'
import { configToYaml, type GailControl, presetsFor, resolveConfig } from '../../../core/train/index.ts'
import { runRow, temporaryDirectory } from '../../store/support.ts'

const { spec } = makeEnvironment('bubble/25')
const preset = presetsFor('bubble/25').find(({ id }) => id === 'sac-gail')!

function row(id: string, gailControl: GailControl, more: Partial<RunRow> = {}): RunRow {
  const config = configToYaml(resolveConfig(preset.config, { seed: id.length, runId: id, gailControl }))
  const environment = { environmentId: 'bubble/25', signals: ['extrinsic', 'gail'] }
  const course: Partial<RunRow> = {
    state: 'finished',
    finishedAtUs: 2,
    step: 8000,
    maxSteps: 8000,
    score: 24,
  }
  return runRow({ id, ...environment, ...course, config, ...more })
}

test('facts come from the library: demonstrations, curves and the control run', () => {
  const library = openLibrary(temporaryDirectory())
  ensureBundledDemonstrations(library)
  const [first, second] = library.listEpisodes({ environmentId: 'bubble/25' })
  const real = row('real', 'none', { demonstrations: [first!.id, second!.id] })
  library.putRun(real)
  library.putRun(row('shuffled-run', 'shuffled', { score: 23 }))
  library.putRun(row('other', 'none', { score: 20 }))
  library.putRun(row('halted', 'shuffled', { score: 10, state: 'stopped' }))
  library.deleteEpisodes([first!.id])
  const metrics = [500, 1500, 2500].map((step) => ({ step, name: 'rollout/window_score', value: step / 100 }))

  const facts = factsOf(library, real, spec, metrics)
  expect(facts.demonstrations).toEqual({
    episodes: 2,
    steps: first!.length + second!.length,
    versions: [spec.version, spec.version],
  })
  // what came before step 1,000 tells of the start
  expect(facts.series.get('rollout/window_score')).toEqual([15, 25])
  expect(facts.control).toEqual({ runId: 'shuffled-run', score: 23, masteredAtStep: null })
  expect(diagnose(facts).map(({ id }) => id)).toEqual(['demonstrations-few', 'no-better-than-control'])
  library.close()
})

test('a run is held against its demonstrations, and against a control run once it has come as far', () => {
  const library = openLibrary(temporaryDirectory())
  ensureBundledDemonstrations(library)
  const [play] = library.listEpisodes({ environmentId: 'bubble/25' })
  library.putRun(row('shuffled-run', 'shuffled', { score: 23 }))
  const at = (step: number, window: number, state: RunRow['state'] = 'running') => {
    const metrics = [{ step, name: 'rollout/window_score', value: window }]
    return factsOf(library, row('real', 'none', { demonstrations: [play!.id], step, state }), spec, metrics)
  }
  expect(at(2000, play!.length + 1).asDemonstrated).toBe(false)
  expect(at(2000, play!.length).asDemonstrated).toBe(true)
  expect(at(2000, 30).control).toBeNull()
  expect(at(8000, 30).control?.runId).toBe('shuffled-run')
  expect(at(2000, 30, 'stopped').control?.runId).toBe('shuffled-run')
  library.close()
})

test('demonstrations of another environment, and of a version that nobody knows, count and are of no other version', () => {
  const library = openLibrary(temporaryDirectory())
  ensureBundledDemonstrations(library)
  const { id } = library.listEpisodes({ environmentId: 'bubble/25' })[0]!
  const episode = library.readEpisode(id)
  const played = (environment: object) =>
    library.addEpisode({ ...episode, environment: { ...episode.environment, ...environment } })
  const ids = [id, played({ id: 'unity:Bubble', version: 7 }), played({ version: 0 })]
  const run = row('real', 'none', { demonstrations: ids })
  expect(factsOf(library, run, spec, []).demonstrations).toEqual({
    episodes: 3,
    steps: 3 * episode.rewards.length,
    versions: [spec.version],
  })
  library.close()
})
