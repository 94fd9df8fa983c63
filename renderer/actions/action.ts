/**
 * Everything a person can do, in one registry: it feeds the shortcuts, the command palette, the overlay of keys and the
 * desktop menu. Each group of actions is one file; a page offers its groups while it is on the screen.
 */
import { useEffect, useRef } from 'react'

export type ActionGroup = 'Go to' | 'Play' | 'Replay' | 'Demonstrations' | 'Training' | 'Compare' | 'Studio'

/** In the order in which they are listed. */
const actionGroups: readonly ActionGroup[] = [
  'Play',
  'Replay',
  'Demonstrations',
  'Training',
  'Compare',
  'Go to',
  'Studio',
]

export interface Action {
  /** Stable: the desktop menu calls actions by it. */
  readonly id: string
  readonly group: ActionGroup
  /** What it does, as an imperative: 'Start the level again'. */
  readonly name: string
  /** 'mod+k' (Cmd on a Mac, else Ctrl), 'shift+ArrowLeft', 'g p' (one after the other), 'Space', '?'. */
  readonly shortcuts?: readonly string[]
  /** Absent means always. */
  readonly enabled?: boolean
  /** Acts only while the board has the focus, so that its keys mean nothing elsewhere. */
  readonly board?: boolean
  /** Listed with the keys but not in the palette: aiming step by step makes no sense there. */
  readonly keysOnly?: boolean
  run(): void
}

const sources = new Map<object, readonly Action[]>()

/** Offers `actions` while the component is on the screen. */
export function useActions(actions: readonly Action[]): void {
  const source = useRef({})
  useEffect(() => {
    const key = source.current
    sources.set(key, actions)
    return () => {
      sources.delete(key)
    }
  }, [actions])
}

/** What is on offer now. */
export function allActions(): readonly Action[] {
  return inOrder([...sources.values()].flat())
}

export function inOrder(actions: readonly Action[]): readonly Action[] {
  const order = (action: Action) => actionGroups.indexOf(action.group)
  return actions.toSorted((a, b) => order(a) - order(b))
}

/** Runs an action by its id; does nothing when it is not on offer now. */
export function runAction(id: string): void {
  const action = allActions().find((candidate) => candidate.id === id && candidate.enabled !== false)
  action?.run()
}
