/** What a synchronous call of a peer in another thread costs, beside the peer's own time: here nothing. */
import { SyncThread } from '../core/remote/sync-thread.ts'
import { type Benchmark, millisecondsPerCall } from './benchmark.ts'

async function roundTrip(bytes: number): Promise<number[]> {
  const module = new URL('../test/remote/echo-peer.ts', import.meta.url)
  const thread = new SyncThread({ name: 'the echo', module, options: {} })
  const request = new Uint8Array(bytes)
  const times = await millisecondsPerCall(async () => void thread.call(request), 2_000)
  thread.close()
  return times
}

export const benchmarks: Benchmark[] = [
  { name: 'remote/round-trip/64-bytes', unit: 'ms', run: () => roundTrip(64) },
  { name: 'remote/round-trip/1-megabyte', unit: 'ms', run: () => roundTrip(1_000_000) },
]
