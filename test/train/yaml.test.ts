import { describe, expect, it } from 'vitest'
import { UserError } from '../../core/errors.ts'
import { parseYaml, writeYaml } from '../../core/train/yaml.ts'

const read = (text: string) => parseYaml(text, 'c.yaml')

function problem(text: string): UserError {
  try {
    read(text)
  } catch (error) {
    if (error instanceof UserError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

describe('YAML is read as PyYAML reads it', () => {
  it('takes over sections with <<, where what is written beside it counts', () => {
    const text = 'a: &a {x: 1, y: 2}\nb: &b {z: 3}\nc:\n  <<: [*a, *b]\n  y: 5\nd: {<<: *a}\n'
    expect(read(text)).toMatchObject({ c: { x: 1, y: 5, z: 3 }, d: { x: 1, y: 2 } })
  })

  it('takes yes, no, on and off for true and false, but not in names, in quotes, or within words', () => {
    const text = 'on: yes\na: [No, OFF, on, "yes", none]\nb: &b off\nc: *b\nd: !!str no'
    expect(read(text)).toEqual({
      on: true,
      a: [false, false, true, 'yes', 'none'],
      b: false,
      c: false,
      d: 'no',
    })
  })

  it('takes 1_000 for a number, and a name with _ for a name', () => {
    expect(read('a: 1_000_000\nb: -1_0.5\nc: 1_a\nd: _1\ne: 1.0e7\nf: 3.0e-4')).toEqual({
      a: 1_000_000,
      b: -10.5,
      c: '1_a',
      d: '_1',
      e: 1e7,
      f: 3e-4,
    })
  })

  it('does not care for a byte order mark', () => {
    expect(read('\uFEFFa: 1')).toEqual({ a: 1 })
  })

  it.each([
    ['a: 1\n---\nb: 2\n', 'there are several documents', 'keep one'],
    ['a:\n  b: 1\n  c: 2\n  b: 3\n', 'c.yaml:4:3: "b" appears twice, first in line 2', 'keep one of them'],
    ['a: {b: 1, b: 1}', '"b" appears twice', 'keep one of them'],
    ['a:\n\tb: 1', 'c.yaml:2:1: a line begins with a tab', 'indent with spaces'],
    ['a: b: 1', 'there are two keys on one line', 'on a line of its own'],
    ['a: 1\nb\nc: 1', 'a key has no colon after it', 'a space after the colon'],
    ['a: {<<: 3}', 'what << merges is not a section', ''],
    ['a: {<<: *b}\nb: &b {}', 'there is no anchor &b before *b', ''],
    ['a: &a {b: *a}', 'a section contains itself', ''],
    ['- a', 'expected sections such as "behaviors:", found a list', ''],
    ['hello', 'found a text', ''],
    ['3', 'found a number', ''],
  ])('says what is wrong with %j', (text, message, remedy) => {
    const error = problem(text)
    expect(error.message).toContain(message)
    expect(error.remedy ?? '').toContain(remedy)
    expect(error.exitCode).toBe(2)
  })

  it('refuses sections that grow without end by taking over one another', () => {
    const lines = ['a0: &a0 {x: 1}']
    for (let i = 1; i <= 40; i++) lines.push(`a${i}: &a${i} {<<: [*a${i - 1}, *a${i - 1}]}`)
    expect(problem(lines.join('\n')).message).toContain('more than 100000 values')
  })

  it('is written so that it is read as the same', () => {
    const value = { on: 'no', a: ['yes', 'off', true, '1_000', '5:58'], b: { '<<': 'x' }, c: '~' }
    expect(read(writeYaml(value))).toEqual(value)
  })
})
