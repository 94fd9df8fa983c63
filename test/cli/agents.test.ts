/** Agents from elsewhere as a person takes them in and uses them. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { favouring, model } from '../evaluate/models.ts'
import { invoke, invokeJson } from './invoke.ts'

/** An export of Stable-Baselines3, as far as its shapes go, that always walks to the right. */
const rightward = model({ inputs: { obs: [20] }, rows: 1 }, ([x], graph) => ({
  '34': favouring(graph, x!, 20, 3, () => 2),
  '29': favouring(graph, x!, 20, 1, () => 0),
}))

describe('an imported agent by command', () => {
  let dir: string
  let file: string

  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'understudy-'))
    file = join(dir, 'best model.onnx')
    writeFileSync(file, rightward)
    return () => rmSync(dir, { recursive: true, force: true })
  })

  it('is taken in, evaluated, compared, recorded, exported, renamed and deleted', async () => {
    const [agent] = await invokeJson(
      dir,
      'agents',
      'import',
      file,
      '--env',
      'basic',
      '--name',
      'From PyTorch',
    )
    expect(agent).toMatchObject({
      id: 'From-PyTorch',
      environmentId: 'basic',
      source: 'best model.onnx',
      known: false,
    })
    expect((await invoke(dir, 'agents', 'import', file, '--env', 'basic')).out).toBe(
      'it is already in the library, as From-PyTorch\n',
    )
    const [evaluation] = await invokeJson(dir, 'evaluate', 'From-PyTorch', '--episodes', '10')
    expect(evaluation).toMatchObject({ environment: 'basic', episodes: 10, winRate: 1 })
    const comparison = await invoke(dir, 'compare', 'From-PyTorch', '--episodes', '5', '--json')
    expect(JSON.parse(comparison.out)).toMatchObject({ rows: [{ label: 'From-PyTorch', winRate: 1 }] })
    const [episode] = (await invokeJson(dir, 'record', '--env', 'basic', '--player', 'From-PyTorch')).slice(
      -1,
    )
    expect(episode).toMatchObject({ event: 'episode', player: 'From-PyTorch', success: true })
    const copy = join(dir, 'copy.onnx')
    expect((await invoke(dir, 'agents', 'export', 'From-PyTorch', '--out', copy)).code).toBe(0)
    expect(readFileSync(copy).equals(rightward)).toBe(true)
    expect((await invoke(dir, 'agents', 'rename', 'From-PyTorch', 'Walker')).code).toBe(0)
    expect((await invoke(dir, 'agents', 'list')).out).toMatch(
      /^From-PyTorch +Walker +basic +best model\.onnx +plain/m,
    )
    expect((await invoke(dir, 'agents', 'delete', 'From-PyTorch')).code).toBe(0)
    expect(await invokeJson(dir, 'agents', 'list')).toEqual([[]])
  })

  it('plays the environment with the parameters that were given', async () => {
    const limited = ['--env', 'basic', '--parameter', 'max_steps=3', '--name', 'Limited']
    const [agent] = await invokeJson(dir, 'agents', 'import', file, ...limited)
    expect(agent).toMatchObject({ id: 'Limited', parameters: { max_steps: 3 }, known: false })
    const [evaluation] = await invokeJson(dir, 'evaluate', 'Limited', '--episodes', '2')
    // The way to the goal takes seven steps.
    expect(evaluation).toMatchObject({ winRate: 0 })
    expect(
      (await invoke(dir, 'agents', 'import', file, '--env', 'basic', '--parameter', 'speed=3')).code,
    ).toBe(2)
  })

  it.each([
    [
      ['agents', 'import', 'nowhere.onnx', '--env', 'basic'],
      2,
      'nowhere.onnx cannot be read: there is no such file or folder',
    ],
    [
      ['agents', 'import', import.meta.filename, '--env', 'basic'],
      1,
      'agents.test.ts: model: expected an ONNX model',
    ],
    [['agents', 'export', 'nobody', '--out', 'x.onnx'], 1, 'there is no run "nobody"'],
  ])('says what is wrong: %s', async (args, code, message) => {
    const result = await invoke(dir, ...args)
    expect(result.err).toContain(message)
    expect(result.code).toBe(code)
  })
})
