/** Which rows are selected: a click takes one, Ctrl/Cmd adds or removes, Shift takes the range. */
import { useCallback, useState } from 'react'

export interface Selection {
  readonly ids: ReadonlySet<number>
  /** The row that is shown. */
  readonly current: number | null
  select(id: number, how: { range?: boolean; toggle?: boolean }): void
  selectAll(): void
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
    selectAll: useCallback(() => setIds(new Set(order)), [order]),
    clear: useCallback(() => setIds(new Set()), []),
  }
}
