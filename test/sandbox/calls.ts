/** What is called in the tests of the limited process. */
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { DataError, UserError } from '../../core/errors.ts'
import type { SandboxedCalls, Tell } from '../../core/sandbox/sandbox.ts'

const MEGABYTE = 2 ** 20

export const calls = {
  echo: (value: unknown) => value,
  pid: () => process.pid,
  loop: () => {
    for (;;);
  },
  /** Outside the heap of JavaScript. */
  buffers: () => {
    for (const kept: Buffer[] = []; ; ) kept.push(Buffer.alloc(MEGABYTE, 1))
  },
  objects: () => {
    for (const kept: object[] = []; ; ) kept.push({ kept })
  },
  hang: () => new Promise(() => undefined),
  crash: () => process.abort(),
  exit: () => process.exit(3),
  user: () => {
    throw new UserError('it cannot be had', { remedy: 'ask for less' })
  },
  data: () => {
    throw new DataError({ file: 'a.npz', place: 'header', expected: '1', found: '2' })
  },
  write: (file: string) => writeFileSync(file, 'here'),
  start: () => spawn('true'),
  parts: async (count: number, tell: Tell) => {
    for (let i = 0; i < count; i++) await tell(new Float32Array(MEGABYTE / 4).fill(i))
    return count
  },
} satisfies SandboxedCalls
