import { describe, expect, it } from 'vitest'
import { failureOf } from '../../core/train/failure.ts'
import { explainEnd } from '../../core/train/sudden-end.ts'

const exit = (change: object) => ({ code: null, signal: null, errorOutput: '', ...change })
const how = (change: object, known: Parameters<typeof explainEnd>[1] = {}) =>
  explainEnd(exit(change), known).message.replace('the training process was ended ', '')

describe('a training process that ended without a word', () => {
  it('was ended for memory where the machine says so', () => {
    const killed = exit({ signal: 'SIGKILL' })
    const told = explainEnd(killed, { before: 3, after: 4 })
    expect(told).toMatchObject({
      kind: 'user',
      message: 'the training process was ended by the system, probably for memory',
      remedy: expect.stringContaining('smaller buffer_size'),
    })
    expect(how({ signal: 'SIGKILL' })).toBe('by SIGKILL, as the system does when memory is short')
    expect(how({ signal: 'SIGKILL' }, { before: 3, after: 3 })).toBe('by SIGKILL')
    expect(how({ signal: 'SIGKILL' }, { asked: true, before: 3, after: 4 })).toBe('by SIGKILL')
    expect(how({ code: 137 }, { before: 0, after: 1 })).toBe('by the system, probably for memory')
    const heap = 'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory'
    expect(how({ code: 134, errorOutput: heap })).toBe('because memory ran out')
    expect(how({ code: 0xc0000017 - 2 ** 32 })).toBe('because memory ran out')
  })

  it('is told apart by signal and exit code otherwise', () => {
    expect(how({ signal: 'SIGSEGV' })).toBe('by a fault in native code (SIGSEGV)')
    expect(how({ code: 139 })).toBe('by a fault in native code (SIGSEGV)')
    expect(how({ code: 0xc0000005 })).toBe('by a fault in native code')
    expect(how({ signal: 'SIGTERM' })).toBe('by SIGTERM')
    expect(explainEnd(exit({ code: 7, errorOutput: 'words' }))).toMatchObject({
      kind: 'bug',
      message: 'the training process was ended with exit code 7',
      detail: 'words',
    })
  })
})

it('an allocation that fails is no bug', () => {
  expect(failureOf(new RangeError('Array buffer allocation failed'))).toMatchObject({
    kind: 'user',
    message: 'memory ran out',
  })
  expect(failureOf(new RangeError('Invalid array length'))).toMatchObject({ kind: 'bug' })
})
