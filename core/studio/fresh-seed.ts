/** A board for people and for watching. */
import { randomInt } from 'node:crypto'

/** Training seeds begin at 2^30: an agent is shown on boards that it has not met. */
export function freshSeed(): number {
  return randomInt(2 ** 30)
}
