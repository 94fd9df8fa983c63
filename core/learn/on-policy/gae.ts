/**
 * Generalised advantage estimation (Schulman et al. 2016, arXiv:1506.02438, Eq. 16), as used by PPO (Eq. 11-12):
 *
 *     delta_t = r_t + gamma V(s_{t+1}) - V(s_t)
 *     A_t     = delta_t + gamma lambda A_{t+1}
 *
 * The sum stops where a trajectory is cut. V(s_{t+1}) is the caller's: 0 (or the absorbing state's value) where the
 * episode terminated, the value of the last observation where it was truncated or the horizon was reached.
 *
 * @param rewards     [T]
 * @param values      [T], V(s_t)
 * @param nextValues  [T], V(s_{t+1}) with the rule above
 * @param cut         [T], 1 where the trajectory ends after step t, for whatever reason
 * @param advantages  [T], receives A_t; the return is A_t + V(s_t)
 */
export function generalizedAdvantages(
  rewards: Float32Array,
  values: Float32Array,
  nextValues: Float32Array,
  cut: Uint8Array,
  gamma: number,
  lambda: number,
  advantages: Float32Array,
): void {
  let following = 0
  for (let t = rewards.length - 1; t >= 0; t--) {
    const delta = rewards[t]! + gamma * nextValues[t]! - values[t]!
    following = delta + (cut[t] === 1 ? 0 : gamma * lambda * following)
    advantages[t] = following
  }
}
