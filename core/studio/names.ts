/** What people call runs and imported agents: two of one name could not be told apart on the shelf, in lists and tables. */
import { UserError } from '../errors.ts'
import type { Library } from '../store/index.ts'
import { readMeta } from './meta.ts'

interface Names {
  readonly library: Library
}

/** @param but  the id of whom the name is for */
function isTaken({ library }: Names, name: string, but?: string): boolean {
  const wanted = name.toLowerCase()
  const runs = library.listRuns().map(({ id }) => ({ id, name: readMeta(library, 'run-name', id) ?? id }))
  return [...runs, ...library.listImportedAgents()].some(
    (other) => other.id !== but && other.name.toLowerCase() === wanted,
  )
}

/** The name, numbered when it is taken: 'first 2'. @param but  as of `isTaken` */
export function freeName(context: Names, name: string, but?: string): string {
  for (let n = 1; ; n++) {
    const candidate = n === 1 ? name : `${name} ${n}`
    if (!isTaken(context, candidate, but)) return candidate
  }
}

/** @throws UserError when another is called that */
export function requireFreeName(context: Names, name: string, id: string): void {
  if (!isTaken(context, name, id)) return
  throw new UserError(`the name "${name}" is already taken`, { remedy: 'choose another name' })
}
