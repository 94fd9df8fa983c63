/**
 * Exponential smoothing with the start's bias removed, as TensorBoard has it.
 * @param weight  of the past, in [0, 1)
 */
export function smooth(values: readonly number[], weight: number): number[] {
  let last = 0
  let total = 0
  return values.map((value) => {
    if (!Number.isFinite(value)) return value
    last = last * weight + (1 - weight) * value
    total = total * weight + (1 - weight)
    return last / total
  })
}
