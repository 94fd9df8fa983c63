/** Another studio has the library: whoever may use it is told the whole address, as that studio told it when it began. */
import { AlreadyOpenError } from '../../store/index.ts'
import { readSecret } from '../secret.ts'

const ANSWER_MS = 2_000

/** The same error, with the address that lets its reader in where the other studio gives it to them. */
export async function withWholeAddress(
  error: AlreadyOpenError,
  dataDirectory: string,
): Promise<AlreadyOpenError> {
  const { address } = error.holder
  const secret = readSecret(dataDirectory)
  if (address === null || secret === null) return error
  try {
    const response = await fetch(new URL('/address', address), {
      headers: { authorization: `Bearer ${secret}` },
      signal: AbortSignal.timeout(ANSWER_MS),
    })
    const whole = response.ok ? await response.text() : ''
    return whole.startsWith(`${address}/#open=`) ? new AlreadyOpenError(error.holder, whole) : error
  } catch {
    // It runs on another machine, or in a container of its own, where that address leads nowhere from here.
    return error
  }
}
