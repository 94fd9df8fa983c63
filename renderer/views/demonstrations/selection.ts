/** Which rows are selected: a click takes one, Ctrl/Cmd adds or removes, Shift takes the range. */
import { useCallback, useState } from 'react'

export interface Selection {
  readonly ids: ReadonlySet<number>
  /** The row that is shown. */
  readonly current: number | null
  select(id: number, how: { range?: boolean; toggle?: boolean }): void
  selectAll(): void
  /** Goes on to the next row that is not among those that go. */
  leave(going: ReadonlySet<number>): void
  clear(): void
}

export function useSelection(
  order: readonly number[],
  current: number | null,
  setCurrent: (id: number | null) => void,
): Selection {
  const [ids, setIds] = useState<ReadonlySet<number>>(new Set())
  const [anchor, setAnchor] = useState<number | null>(null)
  const select = useCallback<Selection['select']>(
    (id, { range = false, toggle = false }) => {
      setCurrent(id)
      if (range) {
        const [a, b] = [order.indexOf(anchor ?? current ?? id), order.indexOf(id)]
        setIds(new Set(order.slice(Math.min(a, b), Math.max(a, b) + 1)))
        return
      }
      setAnchor(id)
      if (!toggle) return setIds(new Set([id]))
      setIds((before) => {
        const after = new Set(before)
        if (!after.delete(id)) after.add(id)
        return after
      })
    },
    [order, anchor, current, setCurrent],
  )
  return {
    ids,
    current,
    select,
    leave: useCallback(
      (going) => {
        setIds(new Set())
        if (current === null || !going.has(current)) return
        const at = order.indexOf(current)
        const rest = [...order.slice(at), ...order.slice(0, at).reverse()]
        setCurrent(rest.find((id) => !going.has(id)) ?? null)
      },
      [order, current, setCurrent],
    ),
    selectAll: useCallback(() => setIds(new Set(order)), [order]),
    clear: useCallback(() => setIds(new Set()), []),
  }
}
