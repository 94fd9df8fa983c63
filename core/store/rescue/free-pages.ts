/** Pages that hold nothing any more: what lies in them was deleted and must not come back. */
import type { Pages } from './pages.ts'

const FIRST_TRUNK = 32
const POINTER_BYTES = 5

/** What the map of pages says of one. */
const FREE = 2
const OVERFLOW = [3, 4]

/** By the list of free pages and by the map, which libraries have because they can shrink; either may be damaged. */
export function freePages(pages: Pages): Set<number> {
  const free = new Set<number>()
  let trunk = pages.read(1)?.readUInt32BE(FIRST_TRUNK) ?? 0
  while (trunk > 0 && trunk <= pages.count && !free.has(trunk)) {
    free.add(trunk)
    const page = pages.read(trunk)
    if (page === undefined) break
    const count = Math.min(page.readUInt32BE(4), pages.size / 4 - 2)
    for (let i = 0; i < count; i++) free.add(page.readUInt32BE(8 + 4 * i))
    trunk = page.readUInt32BE(0)
  }
  const mapped = Math.floor(pages.size / POINTER_BYTES)
  for (let map = 2; map <= pages.count; map += mapped + 1) {
    const page = pages.read(map)
    free.add(map)
    if (page === undefined || !isMap(page, mapped)) continue
    for (let i = 0; i < mapped; i++) {
      const kind = page[i * POINTER_BYTES]!
      if (kind === FREE || OVERFLOW.includes(kind)) free.add(map + 1 + i)
    }
  }
  return free
}

function isMap(page: Buffer, entries: number): boolean {
  for (let i = 0; i < entries; i++) if (page[i * POINTER_BYTES]! > 5) return false
  return true
}
