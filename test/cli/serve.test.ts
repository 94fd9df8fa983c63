/** `understudy serve` as a person runs it. */
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { beforeAll, describe, expect, it } from 'vitest'
import { cell, choosing, invoke } from '../serve/support.ts'
import { startUnderstudy, understudy } from './support.ts'

describe('serve', () => {
  let dir: string
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'understudy-'))
    writeFileSync(join(dir, 'walker.onnx'), choosing)
    return () => rmSync(dir, { recursive: true, force: true })
  })

  it('answers for an imported agent until Ctrl-C, which is no failure', async () => {
    expect(understudy(dir, 'agents', 'import', join(dir, 'walker.onnx'), '--env', 'basic').code).toBe(0)
    const child = startUnderstudy(dir, 'serve', 'walker', '--port', '0', '--json')
    const [line] = (await once(createInterface(child.stdout!), 'line')) as [string]
    const { event, address } = JSON.parse(line)
    expect(event).toBe('listening')
    expect((await invoke(address, { observations: [cell(1), cell(2)] })).body).toEqual({
      actions: [{ discrete: [1] }, { discrete: [2] }],
    })
    const taken = understudy(dir, 'serve', 'walker', '--port', new URL(address).port)
    expect(taken.err).toContain('something is already listening there')
    expect(taken.code).toBe(1)
    child.kill('SIGINT')
    expect(await once(child, 'exit')).toEqual([0, null])
  })

  it.each([
    [['serve'], 2, 'which policy should be served?'],
    [['serve', '--model', 'nowhere.onnx', '--env', 'basic'], 1, 'there is no agent at nowhere.onnx'],
  ])('says what is wrong: %s', (args, code, message) => {
    const result = understudy(dir, ...args)
    expect(result.err).toContain(message)
    expect(result.code).toBe(code)
  })
})
