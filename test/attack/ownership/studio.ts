/** Opens the studio of a library: `studio.ts DIR LEASE_MS`. Says `open after MS` or why it cannot; stays until it is killed. */
import { openLibrary } from '../../../core/store/index.ts'

const [dir, leaseMs] = process.argv.slice(2) as [string, string]
const library = openLibrary(dir, { leaseMs: Number(leaseMs) })
const began = performance.now()
try {
  await library.lockStudio()
  console.log(`open after ${Math.round(performance.now() - began)}`)
  setInterval(() => {}, 60_000)
} catch (error) {
  console.log((error as Error).message)
  library.close()
}
