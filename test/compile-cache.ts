/** Processes and threads that tests start find the program compiled, as those of the command do. */
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export default function setUp(): void {
  // Where Node itself has it when the command asks for it.
  process.env.NODE_COMPILE_CACHE ??= join(tmpdir(), 'node-compile-cache')
}
