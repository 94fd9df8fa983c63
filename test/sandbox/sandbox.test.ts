import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { DataError, UserError } from '../../core/errors.ts'
import { type CallOptions, Sandbox, SandboxEndError } from '../../core/sandbox/sandbox.ts'
import { temporaryDirectory } from '../store/support.ts'

const limits = { seconds: 1, bytes: 256 * 2 ** 20 }
let sandbox: Sandbox | undefined

afterEach(() => sandbox?.close())

function call<T>(name: string, argument?: unknown, options: Partial<CallOptions> = {}): Promise<T> {
  sandbox = new Sandbox({ module: new URL('./calls.ts', import.meta.url) })
  return sandbox.call<T>(name, argument, { limits, ...options })
}

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return false
  } catch {
    return true
  }
}

describe('a limited process', () => {
  it('gives back what it is given, call after call', async () => {
    const values = { numbers: Float32Array.of(1, 2), text: 'text', list: [1, null] }
    expect(await call('echo', values)).toEqual(values)
    const options = { limits }
    const first = sandbox!.call('echo', 1, options)
    expect(await Promise.all([first, sandbox!.call('echo', 2, options)])).toEqual([1, 2])
  })

  it('throws what the call throws, as the kind it was', async () => {
    await expect(call('user')).rejects.toThrow(expect.objectContaining({ remedy: 'ask for less' }))
    await expect(sandbox!.call('user', 0, { limits })).rejects.toBeInstanceOf(UserError)
    await expect(sandbox!.call('data', 0, { limits })).rejects.toBeInstanceOf(DataError)
    expect(sandbox!.alive).toBe(true)
  })

  it('sends a result in parts, of which none piles up', async () => {
    const parts: number[] = []
    expect(await call('parts', 400, { onPart: (part: Float32Array) => void parts.push(part[0]!) })).toBe(400)
    expect(parts).toEqual(Array.from({ length: 400 }, (_, i) => i))
  })

  it('waits until a part is done with, and ends when nobody can take it', async () => {
    let under = 0
    const onPart = async (): Promise<void> => {
      expect(++under).toBe(1)
      await setTimeout(20)
      under--
    }
    await call('parts', 3, { onPart, limits: { ...limits, wallSeconds: 5 } })
    const full = new Error('the disk is full')
    const failing = { limits, onPart: () => Promise.reject(full) }
    await expect(sandbox!.call('parts', 3, failing)).rejects.toBe(full)
    expect(sandbox!.alive).toBe(false)
  })

  it('that cannot load a plugin says so', async () => {
    const plugin = join(temporaryDirectory(), 'plugin.mjs')
    writeFileSync(plugin, 'throw new Error("not today")')
    sandbox = new Sandbox({ module: new URL('./calls.ts', import.meta.url), plugins: [plugin] })
    await expect(sandbox.call('echo', 1, { limits })).rejects.toThrow(
      /plugin\.mjs cannot be loaded: .*not today/,
    )
  })

  it.each([
    ['loop', 'takes more than 1.0 s of processor time'],
    ['buffers', 'takes more than 256 MB of memory'],
    ['objects', 'takes more than 256 MB of memory'],
    ['crash', 'crashed (SIGABRT)'],
    ['exit', 'crashed (exit code 3)'],
  ])('is ended from outside, or ends alone: %s', async (name, message) => {
    await expect(call(name)).rejects.toThrow(new SandboxEndError(message, true))
    expect(sandbox!.alive).toBe(false)
    await expect(sandbox!.call('echo', 1, { limits })).rejects.toThrow(SandboxEndError)
  })

  it('is ended when it waits for nothing', async () => {
    const hurried = { ...limits, wallSeconds: 0.2 }
    await expect(call('hang', undefined, { limits: hurried })).rejects.toThrow('took more than 0.2 s')
  })

  it('is ended by its signal, and says its reason', async () => {
    const signal = AbortSignal.timeout(300)
    await expect(call('loop', undefined, { signal })).rejects.toThrow(/timeout/)
  })

  it('may write no file and start no program', async () => {
    const file = join(temporaryDirectory(), 'written')
    await expect(call('write', file)).rejects.toThrow(/restricted/)
    expect(existsSync(file)).toBe(false)
    await expect(sandbox!.call('start', 0, { limits })).rejects.toThrow(/restricted/)
  })

  it('is gone once it is closed', async () => {
    const pid = await call<number>('pid')
    sandbox!.close()
    await expect.poll(() => isGone(pid)).toBe(true)
  })
})
