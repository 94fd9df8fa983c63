/** Nothing that data name is run: not by the command line, not by the studio; what a person says yes to is. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Upload } from '../../../core/studio/protocol.ts'
import { understudy } from '../../cli/support.ts'
import { figure } from '../../figures.ts'
import { openStudio } from '../../studio/support.ts'
import { configOf, poison, poisonedFiles, poisonedLibrary, policy } from './poison.ts'

afterEach(() => vi.unstubAllEnvs())

const hasPython = spawnSync('python3', ['--version']).status === 0
if (!hasPython) process.stdout.write('skipped: modules of Python, as there is no python3 here\n')

describe('what data name is not run', () => {
  it('by the command line, of files and of the library of another', () => {
    const evil = poison()
    const library = poisonedLibrary(evil)
    const files = poisonedFiles(evil)
    const said = (...args: string[]) => {
      const { code, out, err } = understudy(library, ...args)
      expect(err).not.toContain('bug')
      return { code, text: out + err }
    }
    const ways: string[][] = [
      ['demos', 'verify'],
      ['demos', 'show', '22'],
      ['demos', 'export', '--out', `${evil.folder}/all.jsonl`],
      ['demos', 'list'],
      ['envs'],
    ]
    expect(said('demos', 'import', ...files).code).toBe(0)
    for (const way of ways) expect(said(...way)).toMatchObject({ code: 0 })
    const verified = said('demos', 'verify').text
    for (const id of evil.ids)
      expect(verified).toContain(`not replayed: ${id} with path="/etc/passwd" has not been added here`)
    const refused = evil.ids.flatMap((id, i) =>
      [
        ['evaluate', `agent-${i}`],
        ['evaluate', `run-${i}`],
        ['compare', `agent-${i}`, '--demos'],
        ['serve', `run-${i}`],
        ['train', '--resume', '--run-id', `run-${i}`],
        ['record', '--env', 'basic', '--player', `run-${i}`],
      ].map((way) => ({ way, id })),
    )
    const some = refused.filter((_, i) => i < 6 || i === 7 || i === 14)
    for (const { way, id } of some) {
      const { code, text } = said(...way)
      expect([code, way]).toEqual([1, way])
      if (way[0] !== 'record') expect(text).toContain(`${id} has not been added here`)
    }
    for (const way of [
      ['evaluate', 'run-plugin'],
      ['train', '--resume', '--run-id', 'run-plugin'],
    ]) {
      expect(said(...way)).toMatchObject({
        code: 1,
        text: expect.stringContaining('plugin.js has not been added here'),
      })
    }
    expect(evil.marks()).toEqual([])
    figure('programs started by data, in the command line', evil.marks().length, 'programs')
    figure('ways tried in the command line', files.length + ways.length + some.length + 2, 'ways')
  })

  it('by the studio, until the person says yes', async () => {
    const evil = poison()
    const studio = await openStudio(poisonedLibrary(evil))
    const { page } = studio
    try {
      const files: Upload[] = []
      for (const path of poisonedFiles(evil))
        files.push(await studio.send(basename(path), readFileSync(path)))
      const reports = await page.call('demonstrations.import', { files })
      const ids = reports.flatMap((report) => report.ids)
      expect(ids).toHaveLength(files.length)
      for (const id of ids) {
        const replay = await page.call('demonstrations.replay', { id })
        expect(replay).toMatchObject({
          verified: false,
          divergedAt: null,
          notReplayed: expect.stringContaining('has not been added here'),
        })
        expect(replay.frames).toHaveLength(6)
        const environment = replay.demonstration.environmentId
        const contenders = [{ kind: 'episode' as const, id }]
        const table = await page.call('compare.table', { environment, contenders, episodes: 10 })
        expect(table.rows[0]!.score.n).toBe(1)
        await page.call('compare.boards', { environment, contenders, seed: null })
        await page.call('demonstrations.statistics', { environment })
        await page.call('demonstrations.get', { id })
      }
      let refusals = 0
      const [again, onnx] = await Promise.all([
        studio.send('again.jsonl', readFileSync(poisonedFiles(evil)[0]!)),
        studio.send('x.onnx', policy()),
      ])
      for (const [i, id] of evil.ids.entries()) {
        const agent = `agent-${i}`
        const run = `run-${i}`
        const attempts = [
          page.refusal('imported.watch', { id: agent, seed: null }),
          page.refusal('imported.evaluate', { id: agent, episodes: 10 }),
          page.refusal('compare.table', {
            environment: id,
            contenders: [{ kind: 'imported', id: agent }],
            episodes: 10,
          }),
          page.refusal('compare.boards', { environment: id, contenders: [{ kind: 'scripted' }], seed: null }),
          page.refusal('runs.resume', { runId: run }),
          page.refusal('runs.watch', { runId: run, seed: null }),
          page.refusal('runs.start', { yaml: configOf(id), demonstrations: [] }),
          page.refusal('training.presets', { environment: id }),
          page.refusal('environments.add', { id }),
          page.refusal('play.start', { environment: id, seed: null, playerName: 'me', record: true }),
          page.refusal('demonstrations.import', { files: [again], environment: id }),
          page.refusal('imported.add', { file: onnx, environment: id }),
        ]
        for (const attempt of attempts) {
          const { kind, asks, message } = await attempt
          refusals++
          expect([kind, message]).toEqual(['user', `${id} has not been added here`])
          expect(asks).toMatchObject({ kind: 'environment', name: id, changed: false })
        }
      }
      const plugin = await page.refusal('runs.start', {
        yaml: configOf('basic', [evil.plugin]),
        demonstrations: [],
      })
      expect(plugin.asks).toMatchObject({ kind: 'plugin', name: evil.plugin })
      expect((await page.refusal('runs.resume', { runId: 'run-plugin' })).asks).toMatchObject({
        kind: 'plugin',
      })
      expect(evil.marks()).toEqual([])
      figure('programs started by data, in the studio', evil.marks().length, 'programs')
      figure('ways tried in the studio', 6 * ids.length + refusals + 2, 'ways')

      // What the page could not have been shown is not granted.
      const { asks } = await page.refusal('environments.add', { id: evil.unity })
      const wrong = { name: evil.unity, sha256: '0'.repeat(64) }
      expect(await page.refusal('environments.admit', wrong)).toMatchObject({
        message: expect.stringContaining('has changed'),
      })
      expect(
        await page.refusal('environments.admit', { name: 'unity:/other', sha256: asks!.sha256 }),
      ).toMatchObject({
        message: expect.stringContaining('nothing is asked'),
      })
      expect(evil.marks()).toEqual([])
      // The marks are made when it is run, so that their absence above says something.
      await expect(page.consent('environments.add', { id: evil.unity })).rejects.toMatchObject({
        kind: 'user',
      })
      expect(evil.marks()).toEqual(['program'])
      if (hasPython) {
        await expect(page.consent('environments.add', { id: evil.ids[1]! })).rejects.toMatchObject({
          kind: 'user',
        })
        expect(evil.marks()).toEqual(['gymnasium', 'module', 'program'])
      }
      expect(studio.bugs).toEqual([])
    } finally {
      await studio.remove()
    }
  })
})
