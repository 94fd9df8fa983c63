/** Answers of the host, kept by method and parameters, read again when the host says that they changed. */
import { useCallback, useMemo, useSyncExternalStore } from 'react'
import type { Method, Params, Result } from '../../core/studio/protocol.ts'
import { client } from './client.ts'

export interface Resource<T> {
  /** The newest answer; kept while it is read again. */
  readonly value: T | undefined
  readonly error: Error | undefined
  readonly loading: boolean
}

interface Entry {
  state: Resource<unknown>
  fresh: boolean
  readonly method: Method
  readonly params: unknown
  readonly subscribers: Set<() => void>
}

const entries = new Map<string, Entry>()
const idle: Resource<never> = { value: undefined, error: undefined, loading: false }

/** Which answers an event makes old, by the beginning of the method's name. */
const affected = {
  demonstrations: [
    'demonstrations.',
    'library.',
    'storage.',
    'play.recent',
    'play.recovered',
    'compare.table',
  ],
  runs: ['runs.list', 'library.', 'storage.', 'agents.'],
  agents: ['agents.', 'imported.', 'storage.', 'runs.list', 'compare.table'],
  environments: ['environments.'],
  clusters: ['clusters.', 'runs.list'],
} as const

/** Reads `method` with `params`; nothing while `params` is null. */
export function useResource<M extends Method>(method: M, params: Params<M> | null): Resource<Result<M>> {
  const key = params === null ? null : `${method} ${JSON.stringify(params)}`
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for method and parameters
  const entry = useMemo(() => (key === null ? null : entryOf(key, method, params)), [key])
  const subscribe = useCallback(
    (listener: () => void) => {
      if (entry === null) return () => undefined
      entry.subscribers.add(listener)
      if (!entry.fresh) load(entry)
      return () => entry.subscribers.delete(listener)
    },
    [entry],
  )
  return useSyncExternalStore(subscribe, () => entry?.state ?? idle) as Resource<Result<M>>
}

/** Marks answers as old; those on the screen are read again at once. */
export function invalidate(...prefixes: readonly string[]): void {
  for (const [key, entry] of entries) {
    if (!prefixes.some((prefix) => entry.method.startsWith(prefix))) continue
    entry.fresh = false
    if (entry.subscribers.size > 0) load(entry)
    else entries.delete(key)
  }
}

function entryOf(key: string, method: Method, params: unknown): Entry {
  const known = entries.get(key)
  if (known !== undefined) return known
  const entry: Entry = {
    state: { value: undefined, error: undefined, loading: true },
    fresh: false,
    method,
    params,
    subscribers: new Set(),
  }
  entries.set(key, entry)
  return entry
}

async function load(entry: Entry): Promise<void> {
  entry.fresh = true
  publish(entry, { ...entry.state, loading: true })
  try {
    const value = await client.read(entry.method, entry.params as never)
    publish(entry, { value, error: undefined, loading: false })
  } catch (error) {
    entry.fresh = false
    publish(entry, { value: entry.state.value, error: error as Error, loading: false })
  }
}

function publish(entry: Entry, state: Resource<unknown>): void {
  entry.state = state
  for (const subscriber of entry.subscribers) subscriber()
}

client.on('library.changed', ({ what }) => invalidate(...affected[what]))
client.onState(() => {
  if (client.state === 'open') invalidate('')
})
