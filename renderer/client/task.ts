/** Long work with progress that can be cancelled. */
import { useCallback, useState } from 'react'
import { client } from './client.ts'

export interface Task {
  readonly busy: boolean
  readonly done: number
  readonly total: number
  /** Runs `work`, which passes the given id to the host. */
  run<T>(work: (taskId: string) => Promise<T>): Promise<T>
  cancel(): void
}

export function useTask(): Task {
  const [state, setState] = useState<{ id: string; done: number; total: number } | null>(null)
  const run = useCallback(async <T>(work: (taskId: string) => Promise<T>): Promise<T> => {
    const id = crypto.randomUUID()
    setState({ id, done: 0, total: 0 })
    const off = client.on('task.progress', ({ taskId, done, total }) => {
      if (taskId === id) setState({ id, done, total })
    })
    try {
      return await work(id)
    } finally {
      off()
      setState((now) => (now?.id === id ? null : now))
    }
  }, [])
  const cancel = useCallback(() => {
    if (state !== null) void client.call('tasks.cancel', { taskId: state.id })
  }, [state])
  return { busy: state !== null, done: state?.done ?? 0, total: state?.total ?? 0, run, cancel }
}
