/** ML-Agents' own loader reads our `.demo` files, and its writer's come back as the episodes that they were written from. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { jsonl } from '../../../core/demos/formats/jsonl/index.ts'
import { type Episode, readDemonstrations } from '../../../core/demos/index.ts'
import { Random } from '../../../core/random.ts'
import type { CheckContext, InteropCheck } from '../check.ts'
import { expectImportsAs, exportTruth, listEpisodes, recordEpisodes } from '../episodes.ts'

export const check: InteropCheck = {
  name: 'mlagents-demo',
  row: 'Unity .demo, written and read',
  venv: 'mlagents-demos',
  packages: ['mlagents', 'mlagents-envs', 'numpy', 'protobuf'],
  seconds: 400,
  run,
}

/** What neither the file nor anyone else says. */
const UNKNOWN = ['seed', 'player', 'startedAtUs', 'timesUs', 'tags', 'note', 'rating', 'hash', 'success']

async function run(context: CheckContext): Promise<string> {
  await context.runPage("Unity's .demo")
  const cases = {
    'vectors, two branches': await listEpisodes(context, 'bubble/25'),
    'pictures, masks': await recordEpisodes(context, 'grid', 5),
    'one branch': await recordEpisodes(context, 'basic', 4, 'random'),
    'hybrid actions, masks, vectors, picture': await importHybrid(context),
  }
  let records = 0
  let values = 0
  for (const [what, ids] of Object.entries(cases)) {
    const truth = await exportTruth(context, ids)
    for (const actions of ['same', 'previous']) {
      await context.understudy(['demos', 'export', ...ids, '--actions', actions, '--out', 'ours.demo'])
      const compared = await context.python<{ records: number; values: number }>('mlagents-demo.py', [
        truth,
        actions,
        'ours.demo',
        'theirs.demo',
      ])
      records += compared.records
      values += compared.values
      await expectSameColumns(context, truth, `${what}, ${actions}`)
    }
    await expectImportsAs(context, 'ours.demo', truth)
  }
  return (
    `${records} records, ${values} values bit for bit, both alignments; ` +
    "what ML-Agents' writer wrote is read with its alignment found out"
  )
}

/** Reads the file of theirs and compares all that it says. */
async function expectSameColumns(context: CheckContext, truth: string, what: string): Promise<void> {
  const bytes = readFileSync(join(context.folder, 'theirs.demo'))
  const { episodes } = await readDemonstrations({ name: 'theirs.demo', bytes })
  const known = (text: Uint8Array): unknown[] =>
    Buffer.from(text)
      .toString()
      .trimEnd()
      .split('\n')
      .map((line) => ({ ...JSON.parse(line), ...Object.fromEntries(UNKNOWN.map((key) => [key, null])) }))
  const expected = readFileSync(join(context.folder, truth))
  context.expectEqual(what, known(jsonl.write(episodes)), known(expected))
}

/** No environment here has both kinds of actions, so these episodes are made of random numbers. */
async function importHybrid(context: CheckContext): Promise<string[]> {
  const random = new Random(1)
  const steps = 40
  const O = 5 + 6 + 48
  const uniform = (length: number): Float32Array =>
    Float32Array.from({ length }, () => 2 * random.uniform() - 1)
  const episodes = Array.from({ length: 3 }, (_, i): Episode => {
    const discrete = Int32Array.from({ length: steps * 2 }, (_, j) => random.below(j % 2 === 0 ? 3 : 2))
    const masks = Uint8Array.from({ length: steps * 5 }, () => random.below(2))
    const observations = uniform((steps + 1) * O)
    // The picture, after the vectors, has the values that pictures have.
    for (let row = 0; row <= steps; row++) {
      for (let j = 11; j < O; j++) observations[row * O + j] = random.below(256) / 255
    }
    for (let step = 0; step < steps; step++) {
      masks[step * 5 + discrete[step * 2]!] = 1
      masks[step * 5 + 3 + discrete[step * 2 + 1]!] = 1
    }
    return {
      environment: {
        id: 'unity:hybrid',
        version: 0,
        parameters: {},
        observations: [
          { name: 'vector', shape: [5] },
          { name: 'board', shape: [6] },
          { name: 'camera', shape: [3, 4, 4] },
        ],
        action: { continuous: 2, discrete: [3, 2] },
      },
      seed: i,
      player: { name: 'nobody', kind: 'scripted' },
      startedAtUs: i,
      observations,
      continuous: uniform(steps * 2),
      discrete,
      rewards: uniform(steps),
      timesUs: Float64Array.from({ length: steps }, (_, j) => j * 1e5),
      masks,
      terminated: i > 0,
      truncated: i === 0,
      success: false,
      tags: [],
      note: '',
      rating: 0,
    }
  })
  writeFileSync(join(context.folder, 'hybrid.jsonl'), jsonl.write(episodes))
  const [report] = await context.understudyJson<{ added: number[] }>(['demos', 'import', 'hybrid.jsonl'])
  return report!.added.map(String)
}
