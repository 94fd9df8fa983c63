/** A peer that does what the first byte of a request says, for the tests of SyncThread. */
import { setTimeout as sleep } from 'node:timers/promises'
import { DataError, UserError } from '../../core/errors.ts'
import type { OpenPeer } from '../../core/remote/sync-thread.ts'

export const Ask = {
  echo: 0,
  grow: 1,
  user: 2,
  data: 3,
  bug: 4,
  hang: 5,
  die: 6,
  block: 7,
  stray: 8,
} as const

export interface EchoOptions {
  readonly refuse?: string
  readonly openMilliseconds?: number
  /** [1] raised when the peer is closed. */
  readonly closed?: Int32Array
}

export const open: OpenPeer<EchoOptions> = async ({ refuse, openMilliseconds = 0, closed }) => {
  await sleep(openMilliseconds)
  if (refuse !== undefined) throw new UserError(refuse, { remedy: 'ask politely' })
  return {
    lastWords: () => ', it last wrote: "too tired"',
    async answer(request) {
      const ask = request[0]!
      if (ask === Ask.echo) return request
      if (ask === Ask.grow) return new Uint8Array(3_000_000).fill(request[1]!)
      if (ask === Ask.user) throw new UserError('not like this', { remedy: 'otherwise', usage: true })
      if (ask === Ask.data)
        throw new DataError({ file: 'wire', place: 'byte 3', expected: 'a map', found: 'nil' })
      if (ask === Ask.bug) throw new RangeError('off by one')
      if (ask === Ask.die) process.exit(3)
      if (ask === Ask.block) for (;;);
      if (ask === Ask.stray)
        setImmediate(() => {
          throw new Error('thrown where nobody awaits')
        })
      return new Promise(() => {})
    },
    async close() {
      if (closed !== undefined) Atomics.add(closed, 0, 1)
    },
  }
}
