/**
 * What a job says to whoever follows it, as lines of its log. The log is kept for as long as the job is known, so one who comes
 * back hears everything from the beginning; what was heard before is passed over. Between them stand the lines that people read.
 */

const LINE = /^@understudy ([A-Za-z0-9+/]*={0,2})$/

export function writeLine(frame: Uint8Array): string {
  return `@understudy ${Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength).toString('base64')}\n`
}

/** Takes the log as it comes, in pieces of any size. */
export class LineReader {
  readonly #onFrame: (frame: Uint8Array) => void
  readonly #onText: (line: string) => void
  #rest = ''
  /** Lines of this reading, and of the one that came furthest. */
  #at = 0
  #heard = 0

  constructor(onFrame: (frame: Uint8Array) => void, onText: (line: string) => void) {
    this.#onFrame = onFrame
    this.#onText = onText
  }

  /** The log is read from its beginning again. */
  restart(): void {
    this.#rest = ''
    this.#at = 0
  }

  take(text: string): void {
    const lines = (this.#rest + text).split('\n')
    this.#rest = lines.pop()!
    for (const line of lines) {
      if (++this.#at <= this.#heard) continue
      this.#heard = this.#at
      this.#line(line)
    }
  }

  #line(line: string): void {
    const found = LINE.exec(line)
    if (found !== null) this.#onFrame(Buffer.from(found[1]!, 'base64'))
    else if (line.trim() !== '') this.#onText(line)
  }
}
