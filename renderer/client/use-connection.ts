import { useSyncExternalStore } from 'react'
import { type ConnectionState, client } from './client.ts'

export function useConnection(): ConnectionState {
  return useSyncExternalStore(
    (listener) => client.onState(listener),
    () => client.state,
  )
}
