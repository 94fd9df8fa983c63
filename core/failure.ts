/** Failures on their way from one thread to another, so that each arrives as the kind it was. */
import { DataError, UserError } from './errors.ts'

type Failure =
  | {
      readonly kind: 'user'
      readonly message: string
      readonly remedy?: string | undefined
      readonly usage: boolean
    }
  | {
      readonly kind: 'data'
      readonly file: string
      readonly place: string
      readonly expected: string
      readonly found: string
      readonly sentence?: string | undefined
    }
  | { readonly kind: 'bug'; readonly message: string; readonly stack: string | undefined }

export function writeFailure(error: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(failureOf(error)))
}

export function readFailure(bytes: Uint8Array): Error {
  const failure = JSON.parse(new TextDecoder().decode(bytes)) as Failure
  if (failure.kind === 'data') return new DataError(failure)
  if (failure.kind === 'user') {
    const { message, remedy, usage } = failure
    return new UserError(message, { usage, ...(remedy === undefined ? {} : { remedy }) })
  }
  const bug = new Error(failure.message)
  if (failure.stack !== undefined) bug.stack = failure.stack
  return bug
}

function failureOf(error: unknown): Failure {
  if (error instanceof UserError) {
    return { kind: 'user', message: error.message, remedy: error.remedy, usage: error.exitCode === 2 }
  }
  if (error instanceof DataError) {
    const { file, place, expected, found, sentence } = error
    return { kind: 'data', file, place, expected, found, sentence }
  }
  if (error instanceof Error) return { kind: 'bug', message: error.message, stack: error.stack }
  return { kind: 'bug', message: String(error), stack: undefined }
}
