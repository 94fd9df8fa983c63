/** Seeds on the command line. */
import { UserError } from '../errors.ts'

const MOST = 100_000

/** '5,7,100-120' */
export function parseSeeds(list: string): number[] {
  const seeds = new Set<number>()
  for (const part of list.split(',')) {
    const match = /^\s*(\d{1,10})(?:-(\d{1,10}))?\s*$/.exec(part)
    const from = Number(match?.[1])
    const to = Number(match?.[2] ?? match?.[1])
    if (match === null || to < from || to > 0xffffffff || to - from >= MOST) {
      throw new UserError(`"${list}" is not a list of seeds`, {
        usage: true,
        remedy: 'write numbers or ranges, for example: 5,7,100-120',
      })
    }
    for (let seed = from; seed <= to; seed++) seeds.add(seed)
  }
  return [...seeds]
}
