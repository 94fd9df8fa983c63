/** '1 episode', '10,021 episodes': a number with what it counts. */
export function counted(n: number, unit: string, units = `${unit}s`): string {
  return `${n.toLocaleString('en')} ${n === 1 ? unit : units}`
}
