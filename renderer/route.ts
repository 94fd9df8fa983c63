/** Where the person is, kept in the address (`#/demonstrations?id=3&step=12`), so that a reload goes on there. */
import { useMemo, useSyncExternalStore } from 'react'

export const pages = ['play', 'demonstrations', 'train', 'compare', 'agents', 'clusters', 'storage'] as const
export type Page = (typeof pages)[number]

export interface Route {
  readonly page: Page
  readonly params: URLSearchParams
}

const subscribers = new Set<() => void>()

function notify(): void {
  for (const subscriber of subscribers) subscriber()
}

window.addEventListener('hashchange', notify)

function subscribe(listener: () => void): () => void {
  subscribers.add(listener)
  return () => subscribers.delete(listener)
}

function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2)
  return { page: pages.find((page) => page === path) ?? 'play', params: new URLSearchParams(query) }
}

export function currentRoute(): Route {
  return parseRoute(location.hash)
}

export function useRoute(): Route {
  const hash = useSyncExternalStore(subscribe, () => location.hash)
  return useMemo(() => parseRoute(hash), [hash])
}

export type RouteParams = Readonly<Record<string, string | number | null | undefined>>

export function navigate(page: Page, params: RouteParams = {}): void {
  location.hash = format(page, merge(new URLSearchParams(), params))
}

/** Changes parameters of this page without a new entry in the history; null removes one. */
export function setRouteParams(params: RouteParams): void {
  const { page, params: now } = currentRoute()
  const hash = format(page, merge(new URLSearchParams(now), params))
  if (hash === location.hash) return
  history.replaceState(null, '', hash)
  notify()
}

function merge(target: URLSearchParams, params: RouteParams): URLSearchParams {
  for (const [name, value] of Object.entries(params)) {
    if (value === null || value === undefined || value === '') target.delete(name)
    else target.set(name, String(value))
  }
  return target
}

function format(page: Page, params: URLSearchParams): string {
  const query = params.toString()
  return query === '' ? `#/${page}` : `#/${page}?${query}`
}
