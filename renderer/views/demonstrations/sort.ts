import type { Demonstration } from '../../../core/studio/protocol.ts'

const sortKeys = ['player', 'environment', 'score', 'won', 'when', 'rating'] as const
export type SortKey = (typeof sortKeys)[number]

export interface Sort {
  readonly key: SortKey
  readonly descending: boolean
}

const values: Record<SortKey, (row: Demonstration) => string | number> = {
  player: (row) => row.playerName.toLowerCase(),
  environment: (row) => row.environmentId,
  score: (row) => row.score,
  // What nobody knows stands between the two.
  won: (row) => (row.success === null ? 0.5 : Number(row.success)),
  when: (row) => row.startedAtUs,
  rating: (row) => row.rating,
}

export function sortRows(rows: readonly Demonstration[], { key, descending }: Sort): Demonstration[] {
  const value = values[key]
  const sign = descending ? -1 : 1
  return rows.toSorted((a, b) => {
    const [x, y] = [value(a), value(b)]
    return sign * (x < y ? -1 : x > y ? 1 : a.id - b.id)
  })
}

/** 'score' or '-score', as it stands in the address. */
export function parseSort(text: string | null): Sort {
  const key = sortKeys.find((candidate) => candidate === text?.replace('-', ''))
  return key === undefined
    ? { key: 'when', descending: true }
    : { key, descending: text?.startsWith('-') ?? false }
}

export function formatSort({ key, descending }: Sort): string {
  return `${descending ? '-' : ''}${key}`
}
