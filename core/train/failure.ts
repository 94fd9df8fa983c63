/** What went wrong, as a message that crosses a process boundary. */
import { DataError, PluginError, UserError } from '../errors.ts'
import { explainPluginError } from '../plugins.ts'
import type { Failed } from './messages.ts'

export function failureOf(thrown: unknown): Failed {
  const error = explainPluginError(thrown)
  const { message } = error instanceof Error ? error : new Error(String(error))
  const kind = error instanceof UserError ? 'user' : error instanceof DataError ? 'data' : 'bug'
  return {
    type: 'failed',
    kind,
    message,
    remedy: error instanceof UserError ? (error.remedy ?? null) : null,
    detail: detailOf(error),
  }
}

/** Where it happened, of a bug and of what a plugin threw. */
function detailOf(error: unknown): string | null {
  const source = error instanceof PluginError ? error.cause : error
  const told = source instanceof UserError || source instanceof DataError || !(source instanceof Error)
  return told ? null : (source.stack ?? null)
}
