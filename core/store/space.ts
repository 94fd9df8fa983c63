/** Giving back to the disk what deleted rows leave, in steps that keep nobody waiting. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { type Connection, IN_MEMORY } from './database.ts'
import { fillReserve } from './reserve.ts'
import { databaseBytes } from './scratch.ts'

/** About two megabytes; on a full disk, what the reserve has room for. */
const STEP_PAGES = 256
const FULL_DISK_STEP_PAGES = 16

/** Of deleting in one transaction. */
const STEP_MS = 20

/** Does `change` for every id, several in one transaction. */
export async function eraseAll(
  connection: Connection,
  ids: readonly number[],
  change: (id: number) => void,
): Promise<void> {
  for (let done = 0; done < ids.length; ) {
    done += connection.erase(() => {
      const began = performance.now()
      let count = 0
      do change(ids[done + count++]!)
      while (done + count < ids.length && performance.now() - began < STEP_MS)
      return count
    })
    await nextTurn()
  }
}

/** Moves the last pages of the file to where nothing is any more, and ends the file before them. @returns bytes freed */
export async function shrink(connection: Connection): Promise<number> {
  const { sqlite, file } = connection
  if (file === IN_MEMORY) return 0
  const before = databaseBytes(file)
  const free = () => sqlite.pragma('freelist_count', { simple: true }) as number
  let step = STEP_PAGES
  for (let left = connection.read(free); left > 0; ) {
    connection.erase(() => sqlite.pragma(`incremental_vacuum(${step})`))
    if (connection.diskIsFull) step = FULL_DISK_STEP_PAGES
    connection.checkpoint()
    const now = connection.read(free)
    // A library that was made without it keeps its pages for what comes next.
    if (now >= left) break
    left = now
    await nextTurn()
  }
  connection.checkpoint()
  const after = databaseBytes(file)
  fillReserve(file)
  return Math.max(0, before - after)
}
