import { describe, expect, it } from 'vitest'
import { printable, printableData, printableJson, printableLine, printableText } from '../core/printable.ts'

describe('text of others', () => {
  it.each([
    ['a title', '\x1b]0;owned\x07', '?]0;owned?'],
    ['the clipboard', '\x1b]52;c;cm0gLXJm\x1b\\', '?]52;c;cm0gLXJm?\\'],
    ['eight bits', '\u009b2J', '?2J'],
    ['a line written over', 'good\rbad', 'good?bad'],
    ['the other direction', 'abc\u202egnp.exe', 'abc?gnp.exe'],
    ['an isolate', '\u2066x\u2069', '?x?'],
    ['half a character', '\ud800x', '?x'],
    ['a line of its own', 'a\u2028b', 'a?b'],
  ])('loses %s', (_, text, clean) => {
    expect(printableLine(text)).toBe(clean)
    expect(printableText(text)).toBe(clean)
    expect(printable(text)).toBe(clean)
  })

  it('keeps what words are made of', () => {
    for (const text of [
      'Zoë',
      '\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645',
      '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}',
      '\u5317\u4eac',
    ]) {
      expect(printableLine(text)).toBe(text)
    }
  })

  it('keeps its lines where it may have some, and none where it is one', () => {
    expect(printableText('one\r\n\ttwo\n')).toBe('one\n\ttwo\n')
    expect(printableLine('one\n\ttwo')).toBe('one?two')
    expect(printable('x'.repeat(300))).toHaveLength(203)
  })

  it('is the same value in JSON, written so that a terminal obeys nothing', () => {
    const value = { 'k\u009b': ['\x1b[2J', '\u202e', '\ud800', 'é', '\u2028', '\x7f'] }
    const text = printableJson(value)
    expect(text).toMatch(/^[\x20-\x7eé]*$/)
    expect(JSON.parse(text)).toEqual(value)
    expect(printableJson(value, 2)).toContain('\n  ')
  })

  it('is cleaned in data of any depth, and nothing else is', () => {
    const fine = { a: [1, 'x\ny'], b: new Uint8Array([27]) }
    expect(printableData(fine)).toBe(fine)
    expect(printableData({ a: [1, { b: 'x\x1b' }], c: fine.b })).toEqual({ a: [1, { b: 'x?' }], c: fine.b })
  })
})
