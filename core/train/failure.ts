/** What went wrong, as a message that crosses a process boundary. */
import { DataError, PluginError, UserError } from '../errors.ts'
import { explainPluginError } from '../plugins.ts'
import type { Failed } from './messages.ts'

/** What the runtimes say when they are given no more. */
const NO_MEMORY = /array buffer allocation failed|could not allocate memory|bad_alloc|out of memory/i

export function failureOf(thrown: unknown): Failed {
  const error = explainMemoryError(explainPluginError(thrown))
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

/** What was told, as an error of its kind again. */
export function errorOf({ kind, message, remedy, detail }: Failed): Error {
  const cause = Object.assign(new Error(message), detail === null ? {} : { stack: detail })
  if (kind === 'bug') return cause
  return new UserError(message, {
    ...(remedy === null ? {} : { remedy }),
    ...(detail === null ? {} : { cause }),
  })
}

function explainMemoryError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof UserError || !NO_MEMORY.test(error.message)) return error
  return new UserError('memory ran out', {
    remedy: 'close other programs, or use a smaller buffer_size, batch_size or network',
    cause: error,
  })
}

/** Where it happened, of a bug and of what a plugin threw. */
function detailOf(error: unknown): string | null {
  const source = error instanceof PluginError ? error.cause : error
  const told = source instanceof UserError || source instanceof DataError || !(source instanceof Error)
  return told ? null : (source.stack ?? null)
}
