/** Places in a configuration, for messages. */

/** Where a value stands: the file's name and the keys that lead to it. */
export interface Place {
  readonly file: string
  readonly path: readonly string[]
}

/** 'train.yaml: behaviors.Basic.max_steps' */
export function at(place: Place, ...keys: readonly string[]): string {
  const path = [...place.path, ...keys].join('.')
  return path === '' ? place.file : `${place.file}: ${path}`
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
