/** Boards that no agent is trained on: training seeds begin at 2^30. */

export const FIRST_HELD_OUT_SEED = 1_000_000
export const HELD_OUT_EPISODES = 100

/** The first `count` held-out seeds; 100 of them are the standard. */
export function heldOutSeeds(count = HELD_OUT_EPISODES): number[] {
  return Array.from({ length: count }, (_, i) => FIRST_HELD_OUT_SEED + i)
}
