/** What went wrong, as a message that crosses a process boundary. */
import { DataError, UserError } from '../errors.ts'
import type { Failed } from './messages.ts'

export function failureOf(error: unknown): Failed {
  const { message, stack } = error instanceof Error ? error : new Error(String(error))
  const kind = error instanceof UserError ? 'user' : error instanceof DataError ? 'data' : 'bug'
  return {
    type: 'failed',
    kind,
    message,
    remedy: error instanceof UserError ? (error.remedy ?? null) : null,
    detail: kind === 'bug' ? (stack ?? null) : null,
  }
}
