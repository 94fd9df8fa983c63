import { once } from 'node:events'
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { ensureBundledDemonstrations, recordEpisode, writeUnderstudy } from '../../core/demos/index.ts'
import { makeEnvironment, randomPlayer } from '../../core/envs/index.ts'
import { openLibrary } from '../../core/store/index.ts'
import { randomEpisode, temporaryDirectory } from '../store/support.ts'
import { invoke, invokeJson } from './invoke.ts'
import { startUnderstudy } from './support.ts'

interface Event {
  event: string
  episodeId: number
  step: number
  length: number
}

describe('understudy record', () => {
  it('tells every committed step and the end of every episode, and the library has them', async () => {
    const dir = temporaryDirectory()
    const events = await invokeJson<Event>(
      dir,
      ...['record', '--env', 'basic', '--player', 'random', '--episodes', '2', '--seed', '4'],
    )
    const ends = events.filter(({ event }) => event === 'episode')
    expect(ends).toHaveLength(2)
    expect(ends[0]).toMatchObject({ environment: 'basic', player: 'random', seed: 4, terminated: true })
    for (const { episodeId, length } of ends) {
      const steps = events.filter((event) => event.event === 'step' && event.episodeId === episodeId)
      expect(steps.map(({ step }) => step)).toEqual(Array.from({ length }, (_, i) => i))
      const [shown] = await invokeJson<{ length: number; steps: { step: number; observation: number[] }[] }>(
        dir,
        ...['demos', 'show', String(episodeId)],
      )
      expect(shown!.steps).toHaveLength(length)
      expect(shown!.steps[0]!.observation).toHaveLength(20)
    }
  })

  it('keeps what was said to be committed when it is killed, and says 130 after Ctrl-C', async () => {
    const dir = temporaryDirectory()
    const args = [
      'record',
      '--env',
      'basic',
      '--player',
      'random',
      '--episodes',
      '1000',
      '--pace',
      '30',
      '--json',
    ]
    for (const signal of ['SIGKILL', 'SIGINT'] as const) {
      const child = startUnderstudy(dir, ...args)
      let said = ''
      child.stdout.on('data', (text) => {
        said += text
        if (said.split('\n').length > 8) child.kill(signal)
      })
      const [code, by] = await once(child, 'exit')
      if (signal === 'SIGKILL') expect(by).toBe('SIGKILL')
      else expect(code).toBe(130)
      const last = JSON.parse(said.trimEnd().split('\n').at(-1)!) as Event
      const library = openLibrary(dir)
      const row = library.getEpisode(last.episodeId)
      expect(row.length).toBeGreaterThan(last.event === 'step' ? last.step : last.length - 1)
      library.verifyEpisode(row.id)
      library.close()
    }
  })
})

/** Random play of `basic`, recorded without the command line. */
async function recordBasic(dir: string, episodes: number): Promise<number[]> {
  const environment = makeEnvironment('basic')
  const player = randomPlayer(environment.spec)
  const library = openLibrary(dir)
  const ids: number[] = []
  for (let seed = 0; seed < episodes; seed++) {
    ids.push((await recordEpisode(library, environment, player, seed)).episodeId!)
  }
  library.close()
  return ids
}

describe('understudy demos', () => {
  it('carries episodes from one library to another, in every format, once', async () => {
    const dir = temporaryDirectory()
    const ids = await recordBasic(dir, 3)
    const files = ['a.understudy', 'a.npz', 'a.jsonl'].map((name) => join(dir, name))
    for (const file of files) {
      const [exported] = await invokeJson(dir, 'demos', 'export', '--env', 'basic', '--out', file)
      expect(exported).toMatchObject({ event: 'exported', format: file.split('.').at(-1), episodes: ids })
    }
    const other = temporaryDirectory()
    const imported = await invokeJson<{ added: number[]; known: number[] }>(
      other,
      'demos',
      'import',
      ...files,
    )
    expect(imported.map(({ added, known }) => [added.length, known.length])).toEqual([
      [3, 0],
      [0, 3],
      [0, 3],
    ])
    const { out, code } = await invoke(other, 'demos', 'verify', '--env', 'basic')
    expect([out, code]).toEqual(['3 episodes verified, all intact\n', 0])
  })

  it('asks an environment that is named by which numbers it calls its actions, where the recordings do not say', async () => {
    const dir = temporaryDirectory()
    vi.stubEnv('UNDERSTUDY_PYTHON', join(dir, 'python.js'))
    vi.stubEnv('UNDERSTUDY_CONFIG', join(dir, 'config'))
    onTestFinished(() => void vi.unstubAllEnvs())
    copyFileSync(join(import.meta.dirname, '../remote/fake-python.js'), join(dir, 'python.js'))
    writeFileSync(join(dir, 'package.json'), '{"type":"module"}')
    const observations = [{ name: 'observation', shape: [2] }]
    const action = { continuous: 2, discrete: [] }
    const environment = { id: 'gym:Slide-v1', version: 1, parameters: {}, observations, action }
    const line = {
      environment,
      observations: [
        [0, 0],
        [0, 1],
      ],
      continuous: [[0.5, -1]],
      rewards: [0],
      truncated: true,
    }
    writeFileSync(join(dir, 'old.jsonl'), JSON.stringify(line))
    const [imported] = await invokeJson<{ added: number[]; notes: string[] }>(
      dir,
      'demos',
      'import',
      join(dir, 'old.jsonl'),
    )
    expect(imported!.notes.join()).toContain('does not say which numbers gym:Slide-v1 uses for its actions')
    const exported = async (...args: string[]) => {
      const out = join(dir, `${args[0]}.jsonl`)
      const [{ lost } = { lost: [] }] = await invokeJson<{ lost: string[] }>(
        dir,
        'demos',
        'export',
        ...args,
        '--out',
        out,
      )
      return [lost.length, JSON.parse(readFileSync(out, 'utf8')).units]
    }
    expect(await exported(String(imported!.added[0]))).toEqual([1, undefined])
    const units = {
      ranges: [
        [-1, 1],
        [-1, 1],
      ],
      starts: [],
    }
    expect(await exported('--env', 'gym:Slide-v1')).toEqual([0, units])
  })

  it('verifies what was made elsewhere, and counts apart what nobody can replay', async () => {
    const dir = temporaryDirectory()
    await recordBasic(dir, 1)
    const width = makeEnvironment('bubble/25').spec.observations.reduce(
      (sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1),
      0,
    )
    const observations = Array.from({ length: 2 }, () => new Array<number>(width).fill(0.5))
    const file = join(dir, 'elsewhere.jsonl')
    writeFileSync(file, JSON.stringify({ observations, discrete: [[0, 0]], rewards: [1], terminated: true }))
    const [imported] = await invokeJson(dir, 'demos', 'import', file, '--env', 'bubble/25')
    const id = (imported!.added as number[])[0]!
    const [report] = await invokeJson(dir, 'demos', 'verify')
    expect(report).toEqual({ episodes: 23, problems: [], notReplayed: [], seedUnknown: [id] })
    const { out, code } = await invoke(dir, 'demos', 'verify')
    expect([out, code]).toEqual([
      `1 episode cannot be replayed because the seed is unknown: ${id}\n23 episodes verified, all intact\n`,
      0,
    ])
    expect((await invoke(dir, 'demos', 'show', String(id))).out).toContain('seed unknown')
  })

  it('counts what the score of the listed environment counts, and steps where they are mixed', async () => {
    const dir = temporaryDirectory()
    const summary = async (...args: string[]) =>
      (await invoke(dir, 'demos', 'list', ...args)).out.trimEnd().split('\n').at(-1)
    expect(await summary()).toBe('21 episodes, 528 bubbles, 25.14 bubbles on average')
    expect(readdirSync(dir)).toEqual([])
    const library = openLibrary(dir)
    ensureBundledDemonstrations(library)
    library.close()
    await recordBasic(dir, 2)
    expect(await summary('--env', 'basic')).toMatch(/^2 episodes, -?\d\.\d\d points on average$/)
    expect(await summary()).toMatch(/^23 episodes, \d+ steps, \d+\.\d\d steps on average$/)
  })

  it('tags, deletes and restores', async () => {
    const dir = temporaryDirectory()
    const [id] = (await recordBasic(dir, 1)).map(String)
    const row = () => {
      const library = openLibrary(dir, { readonly: true })
      const found = library.getEpisode(Number(id))
      library.close()
      return found
    }
    const tag = await invoke(dir, 'demos', 'tag', id!, '--add', 'good', '--add', 'fast', '--rating', '4')
    expect(tag.out).toBe('1 episode changed\n')
    await invoke(dir, 'demos', 'tag', id!, '--remove', 'fast')
    expect(row()).toMatchObject({ tags: ['good'], rating: 4 })
    await invoke(dir, 'demos', 'delete', id!)
    expect(row().deletedAtUs).not.toBeNull()
    expect((await invokeJson<{ id: number }[]>(dir, 'demos', 'list', '--deleted'))[0]).toMatchObject([
      { id: Number(id) },
    ])
    await invoke(dir, 'demos', 'restore', id!)
    expect(row().deletedAtUs).toBeNull()
  })

  it('takes nothing over from a damaged file and names the damage', async () => {
    const dir = temporaryDirectory()
    const file = join(dir, 'a.understudy')
    const bytes = writeUnderstudy([randomEpisode(1), randomEpisode(2)])
    bytes[bytes.length - 1]! ^= 1
    writeFileSync(file, bytes)
    const { code, err } = await invoke(dir, 'demos', 'import', file)
    expect(code).toBe(1)
    expect(err).toMatch(
      /^error: a\.understudy: checksum: expected [0-9a-f]{64}, found [0-9a-f]{64} \(.*\)\n$/,
    )
    const library = openLibrary(dir)
    expect(library.listEpisodes({ bundled: false })).toEqual([])
    library.close()
  })

  it('ends quietly when nobody reads its output', async () => {
    const dir = temporaryDirectory()
    const child = startUnderstudy(
      dir,
      'record',
      '--env',
      'basic',
      '--player',
      'random',
      '--episodes',
      '3000',
      '--json',
    )
    let err = ''
    child.stderr.on('data', (text) => (err += text))
    await once(child.stdout, 'data')
    child.stdout.destroy()
    const [code] = await once(child, 'exit')
    expect([code, err]).toEqual([0, ''])
  })
})
