/** A fault of the kind that a person makes, and the tests that are to notice it. */
export interface Mutant {
  /** From the root of the project. */
  readonly file: string
  /** Stands exactly once in the file. */
  readonly find: string
  readonly replace: string
  /** The fault in a few words. */
  readonly what: string
  /** Test files that judge it. */
  readonly tests: readonly string[]
  /** Why no test can notice it. */
  readonly survives?: string
}

type Fault = Pick<Mutant, 'what' | 'find' | 'replace' | 'survives'> & { readonly tests?: readonly string[] }

/** Learners against what the papers say. */
export const golden = 'test/learn/golden.test.ts'

/** Several faults of one file, judged by the same tests unless they name others. */
export function faultsOf(file: string, tests: readonly string[], faults: readonly Fault[]): Mutant[] {
  return faults.map((fault) => ({ file, tests, ...fault }))
}

/** The file with the fault in it. @throws Error when its place is not the only one, or nothing changes */
export function withFault(source: string, { file, what, find, replace }: Mutant): string {
  const places = source.split(find).length - 1
  if (places !== 1) throw new Error(`${file}: the place of "${what}" is found ${places} times`)
  if (find === replace) throw new Error(`${file}: "${what}" changes nothing`)
  return source.replace(find, () => replace)
}
