/** What a person has chosen on this machine; kept in the browser's own storage. */
import { useSyncExternalStore } from 'react'

export interface Settings {
  readonly playerName: string
  readonly record: boolean
  readonly aimGuide: boolean
  /** How fast games that go on by themselves are played: 1 is their own speed. */
  readonly gameSpeed: number
  /** Weight of the past in smoothed curves, 0 to 0.99. */
  readonly smoothing: number
  readonly welcomed: boolean
}

const KEY = 'understudy.settings'
const defaults: Settings = {
  playerName: 'me',
  record: true,
  aimGuide: true,
  gameSpeed: 0.5,
  smoothing: 0.3,
  welcomed: false,
}
const subscribers = new Set<() => void>()
let current: Settings = { ...defaults, ...stored() }

function stored(): Partial<Settings> {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Settings>
  } catch {
    return {}
  }
}

export function settings(): Settings {
  return current
}

export function changeSettings(change: Partial<Settings>): void {
  current = { ...current, ...change }
  try {
    localStorage.setItem(KEY, JSON.stringify(current))
  } catch {
    // Storage is blocked: the choice holds until the page is closed.
  }
  for (const subscriber of subscribers) subscriber()
}

export function useSettings(): Settings {
  return useSyncExternalStore(
    (listener) => {
      subscribers.add(listener)
      return () => subscribers.delete(listener)
    },
    () => current,
  )
}
