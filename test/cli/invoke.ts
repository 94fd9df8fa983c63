/**
 * Runs the command in this process, which spares the second that a process of its own takes to start. What a process adds
 * (its end, signals, plugins, a reader that goes away) is tested through support.ts.
 */
import { main } from '../../core/cli/main.ts'
import { jsonLines, type Result } from './support.ts'

type Write = typeof process.stdout.write

/** @param dir  the data directory */
export async function invoke(dir: string, ...args: string[]): Promise<Result> {
  const { exitCode } = process
  const out = capture(process.stdout)
  const err = capture(process.stderr)
  try {
    const code = await main([...args, '--data', dir])
    return { code, out: out.text(), err: err.text() }
  } finally {
    out.end()
    err.end()
    process.exitCode = exitCode
  }
}

/** The JSON values that a command prints, one per line. */
export async function invokeJson<T = Record<string, unknown>>(dir: string, ...args: string[]): Promise<T[]> {
  return jsonLines<T>(await invoke(dir, ...args, '--json'))
}

/** Keeps what is written to the stream until `end`. */
function capture(stream: NodeJS.WriteStream): { text(): string; end(): void } {
  const { write } = stream
  const pieces: Buffer[] = []
  stream.write = ((piece: string | Uint8Array, ...rest: unknown[]) => {
    pieces.push(Buffer.from(piece as string))
    const written = rest.at(-1)
    if (typeof written === 'function') queueMicrotask(() => written())
    return true
  }) as Write
  return {
    text: () => Buffer.concat(pieces).toString(),
    end: () => {
      stream.write = write
    },
  }
}
