/** Tries to open the library of argv[2] as somebody whom file permissions bind, and says what came of it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openLibrary } from '../../core/store/index.ts'

// The first library loads the native module, which an unprivileged user might not be allowed to read.
const writable = mkdtempSync(join(tmpdir(), 'understudy-'))
openLibrary(writable).close()
rmSync(writable, { recursive: true })

const UNPRIVILEGED = 65534
if (process.getuid?.() === 0) process.setuid!(UNPRIVILEGED)
try {
  openLibrary(process.argv[2]!)
  console.log('opened')
} catch (error) {
  console.log(String(error))
}
