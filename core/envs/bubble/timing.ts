/**
 * How long the real game keeps its player waiting, in seconds, for environments that are made to take that time.
 *
 * Published of Snoopy Pop: 10.83 samples/s of 16 synchronous instances, 7.5 times one instance, which is therefore 1.44
 * samples/s, 0.69 s a shot; and a synchronous step of 16 takes 16 / 10.83 = 1.48 s. Assumed is how these divide into
 * flight, pops and the next level. At the play of the scripted reference player (25.5 bubbles a level) the numbers below,
 * with the jitter of core/rollout/pace.ts, simulate to 10.88 samples/s of 16 in step and 1.41 of one: 7.7 times.
 */
import type { Board } from './board.ts'

/** From the decision to the bubble in the air. */
const LAUNCH = 0.4
/** Bubble diameters per second. */
const FLIGHT_SPEED = 60
const POP = 0.1
/** For each bubble popped or dropped, one after the other. */
const CLEARED = 0.01
/** From the end of a level to the first decision of the next. */
export const NEXT_LEVEL_SECONDS = 1.3

/** @param distance  of the flight, in bubble diameters */
export function shotSeconds(distance: number, { popped, dropped }: Board): number {
  const cleared = popped.count + dropped.count
  return LAUNCH + distance / FLIGHT_SPEED + (cleared === 0 ? 0 : POP + CLEARED * cleared)
}
