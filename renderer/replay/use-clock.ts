import { useSyncExternalStore } from 'react'
import type { Clock, ClockState } from './clock.ts'

export function useClock(clock: Clock): ClockState {
  return useSyncExternalStore(clock.subscribeState, clock.state)
}
