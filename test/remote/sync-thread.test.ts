import { afterEach, describe, expect, it } from 'vitest'
import { besides } from '../../core/besides.ts'
import { DataError, UserError } from '../../core/errors.ts'
import { SyncThread } from '../../core/remote/sync-thread.ts'
import { Ask, type EchoOptions } from './echo-peer.ts'

const threads: SyncThread[] = []

function start(options: EchoOptions = {}, seconds: { openSeconds?: number } = {}): SyncThread {
  const module = besides(import.meta.url, 'echo-peer')
  const thread = new SyncThread({ name: 'the echo', module, options, ...seconds })
  threads.push(thread)
  return thread
}

afterEach(() => {
  for (const thread of threads.splice(0)) thread.close()
})

function thrownBy(work: () => unknown): unknown {
  try {
    work()
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}

describe('a peer behind a thread', () => {
  it('answers while the caller waits', () => {
    const thread = start()
    for (let i = 0; i < 300; i++) {
      const request = Uint8Array.of(Ask.echo, i % 256, i >> 8)
      expect(thread.call(request)).toEqual(request)
    }
  })

  it('answers while the event loop lives', async () => {
    const thread = start()
    let turns = 0
    const timer = setInterval(() => turns++, 1)
    const answers = []
    for (let i = 0; i < 3; i++) answers.push(await thread.callAsync(Uint8Array.of(Ask.echo, i)))
    clearInterval(timer)
    expect(answers.map((answer) => answer[1])).toEqual([0, 1, 2])
    expect(turns).toBeGreaterThan(0)
  })

  it('sends more than it was sent before, either way', () => {
    const thread = start()
    const long = new Uint8Array(2_000_000).fill(9)
    long[0] = Ask.echo
    expect(thread.call(Uint8Array.of(Ask.grow, 7)).every((byte) => byte === 7)).toBe(true)
    expect(Buffer.compare(thread.call(long), long)).toBe(0)
    expect(thread.call(Uint8Array.of(Ask.echo))).toEqual(Uint8Array.of(Ask.echo))
  })

  it('throws what the peer throws, of the same kind, and goes on', () => {
    const thread = start()
    const user = thrownBy(() => thread.call(Uint8Array.of(Ask.user))) as UserError
    expect(user).toBeInstanceOf(UserError)
    expect([user.message, user.remedy, user.exitCode]).toEqual(['not like this', 'otherwise', 2])
    const data = thrownBy(() => thread.call(Uint8Array.of(Ask.data))) as DataError
    expect(data).toBeInstanceOf(DataError)
    expect(data.message).toBe('wire: byte 3: expected a map, found nil')
    const bug = thrownBy(() => thread.call(Uint8Array.of(Ask.bug))) as Error
    expect(bug).not.toBeInstanceOf(UserError)
    expect(bug.stack).toContain('echo-peer')
    expect(thread.call(Uint8Array.of(Ask.echo, 1))).toEqual(Uint8Array.of(Ask.echo, 1))
  })

  it('that cannot be opened says why, at every call', () => {
    const thread = start({ refuse: 'nobody is at home' })
    for (let i = 0; i < 2; i++) {
      const error = thrownBy(() => thread.call(Uint8Array.of(Ask.echo))) as UserError
      expect([error.message, error.remedy]).toEqual(['nobody is at home', 'ask politely'])
    }
  })

  it('that opens too slowly is given up', () => {
    const thread = start({ openMilliseconds: 60_000 }, { openSeconds: 0.2 })
    expect(() => thread.call(Uint8Array.of(Ask.echo))).toThrow('the echo was not ready after 0.2 s')
  })

  it('that does not answer in time is given up with its last words', () => {
    const thread = start()
    thread.call(Uint8Array.of(Ask.echo))
    const late = 'the echo did not answer for 0.2 s, it last wrote: "too tired"'
    expect(() => thread.call(Uint8Array.of(Ask.hang), 0.2)).toThrow(late)
    expect(() => thread.call(Uint8Array.of(Ask.echo))).toThrow(late)
  })

  it('that fails where nobody awaits it ends the call', () => {
    const thread = start()
    expect(() => thread.call(Uint8Array.of(Ask.stray))).toThrow('thrown where nobody awaits')
  })

  it('whose thread ends ends the call', () => {
    expect(() => start().call(Uint8Array.of(Ask.die))).toThrow('ended with exit code 3')
  })

  it('whose thread never comes back ends the call', () => {
    const thread = start()
    thread.call(Uint8Array.of(Ask.echo))
    expect(() => thread.call(Uint8Array.of(Ask.block), 0.1)).toThrow(
      'neither does the thread that talks to it, which was asking it',
    )
  })

  it('is closed with its thread, and asked no more', () => {
    const closed = new Int32Array(new SharedArrayBuffer(4))
    const thread = start({ closed })
    thread.call(Uint8Array.of(Ask.echo))
    thread.close(10)
    expect(Atomics.load(closed, 0)).toBe(1)
    expect(() => thread.call(Uint8Array.of(Ask.echo))).toThrow('after it was closed')
  })
})
