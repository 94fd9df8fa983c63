import { expect, it } from 'vitest'
import { LineReader, writeLine } from '../../core/cluster/job-lines.ts'

function reader() {
  const frames: number[][] = []
  const texts: string[] = []
  return {
    frames,
    texts,
    reader: new LineReader(
      (frame) => frames.push([...frame]),
      (line) => texts.push(line),
    ),
  }
}

it('frames come out of a log as they went in, whatever stands between them and wherever it is cut', () => {
  const log = `starting\n${writeLine(Uint8Array.of(1, 2, 3))}(Worker pid=7) hello\n${writeLine(new Uint8Array(0))}`
  for (let piece = 1; piece < 9; piece++) {
    const { frames, texts, reader: lines } = reader()
    for (let at = 0; at < log.length; at += piece) lines.take(log.slice(at, at + piece))
    expect(frames).toEqual([[1, 2, 3], []])
    expect(texts).toEqual(['starting', '(Worker pid=7) hello'])
  }
})

it('a log that is read again from its beginning says nothing twice', () => {
  const { frames, texts, reader: lines } = reader()
  const [first, second] = [writeLine(Uint8Array.of(1)), writeLine(Uint8Array.of(2))]
  lines.take(`one\n${first}${second.slice(0, 14)}`)
  lines.restart()
  lines.take(`one\n${first}${second}two\n`)
  expect(frames).toEqual([[1], [2]])
  expect(texts).toEqual(['one', 'two'])
})

it('a line that only looks like one is text', () => {
  const { frames, texts, reader: lines } = reader()
  lines.take('@understudy AQ== and more\n @understudy AQ==\n@understudy ????\n')
  expect(frames).toEqual([])
  expect(texts.length).toBe(3)
})
