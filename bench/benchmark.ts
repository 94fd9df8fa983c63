/** What bench/run.ts can measure. */
export interface Benchmark {
  /** 'sac-update/512x256/onnxruntime' */
  readonly name: string
  /** 'ms', or a rate: 'steps/s', 'requests/s' */
  readonly unit: string
  /** Warms up and measures. @returns at least 7 samples, in the unit */
  run(): Promise<number[]>
}

/**
 * Milliseconds per call of `work`, one sample per block of calls.
 * @param calls  calls per block, so many that a block is long against the clock's grain
 */
export async function millisecondsPerCall(
  work: () => Promise<void>,
  calls: number,
  samples = 9,
): Promise<number[]> {
  const block = async (): Promise<number> => {
    const start = performance.now()
    for (let i = 0; i < calls; i++) await work()
    return (performance.now() - start) / calls
  }
  await block()
  const times: number[] = []
  while (times.length < samples) times.push(await block())
  return times
}

export function median(samples: readonly number[]): number {
  const sorted = [...samples].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
