/** What the operating system answers, in words. Every message about a file, a port or a process takes them from here. */
import { UserError } from './errors.ts'

interface Reason {
  /** Ends a sentence such as '... cannot be read: '. */
  readonly reason: string
  readonly remedy?: string
}

const FREE_SPACE = 'free some space; what was written before is still there'
const ELSEWHERE = 'choose another place'
const PERMISSIONS = 'change its permissions, or choose another place'

const REASONS: ReadonlyMap<string, Reason> = new Map<string, Reason>([
  ['EACCES', { reason: 'permission is denied', remedy: PERMISSIONS }],
  ['EPERM', { reason: 'permission is denied', remedy: PERMISSIONS }],
  ['EADDRINUSE', { reason: 'something is already listening there', remedy: 'choose another --port' }],
  ['EADDRNOTAVAIL', { reason: 'this machine has no such address' }],
  ['EBUSY', { reason: 'another program is using it', remedy: 'close that program and try again' }],
  ['ETXTBSY', { reason: 'it is a program that is running', remedy: 'end that program and try again' }],
  ['EDQUOT', { reason: 'the quota is used up', remedy: FREE_SPACE }],
  ['ENOSPC', { reason: 'the disk is full', remedy: FREE_SPACE }],
  ['EFBIG', { reason: 'the file system holds no file of that size', remedy: ELSEWHERE }],
  ['EEXIST', { reason: 'something of that name already exists', remedy: 'choose another name' }],
  ['EIO', { reason: 'the disk is not working properly', remedy: 'check the disk' }],
  ['EISDIR', { reason: 'it is a folder', remedy: 'name a file' }],
  ['ELOOP', { reason: 'its links form a loop' }],
  [
    'EMFILE',
    {
      reason: 'this program has too many files open',
      remedy: 'raise the limit (ulimit -n) or do less at once',
    },
  ],
  [
    'ENFILE',
    { reason: 'this machine has too many files open', remedy: 'close other programs and try again' },
  ],
  ['ENAMETOOLONG', { reason: 'the name is too long', remedy: 'choose a shorter name' }],
  ['ENODEV', { reason: 'there is no such device' }],
  ['ENOENT', { reason: 'there is no such file or folder' }],
  ['ENOTFOUND', { reason: 'there is no such host' }],
  ['ENOMEM', { reason: 'there is not enough memory', remedy: 'close other programs and try again' }],
  [
    'EAGAIN',
    { reason: 'this machine allows no more of them now', remedy: 'close other programs and try again' },
  ],
  ['ENOTDIR', { reason: 'a file stands where a folder must be', remedy: ELSEWHERE }],
  ['ENOTEMPTY', { reason: 'the folder is not empty', remedy: 'choose another name' }],
  ['ENOTSUP', { reason: 'the file system cannot do that', remedy: ELSEWHERE }],
  ['ENXIO', { reason: 'it is a socket or a device, and no file' }],
  ['EROFS', { reason: 'the disk is read-only', remedy: ELSEWHERE }],
  ['EXDEV', { reason: 'it would have to move to another disk', remedy: ELSEWHERE }],
  ['ERR_INVALID_ARG_VALUE', { reason: 'that cannot be a file name' }],
])

/** What the code means, to end a sentence with; the code itself where nobody has put it into words. */
export function systemReason(error: unknown): string {
  const code = systemCode(error)
  return code === undefined ? (error as Error).message : (REASONS.get(code)?.reason ?? code)
}

/** 'EACCES' and the like; undefined for an error that did not come from the operating system. */
export function systemCode(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined
  return typeof code === 'string' && (/^E[A-Z0-9]+$/.test(code) || REASONS.has(code)) ? code : undefined
}

/**
 * The sentence about a file, port or process: "x.npz cannot be read: permission is denied".
 * @param what  begins the sentence, up to the colon
 * @returns the error to throw in place of `error`, which comes back as it is when it did not come from the operating system
 */
export function explainSystemError(
  error: unknown,
  what: string,
  options: { remedy?: string; usage?: boolean } = {},
): unknown {
  const code = systemCode(error)
  if (code === undefined) return error
  const remedy = options.remedy ?? REASONS.get(code)?.remedy
  return new UserError(`${what}: ${systemReason(error)}`, {
    ...(remedy === undefined ? {} : { remedy }),
    ...(options.usage === undefined ? {} : { usage: options.usage }),
    cause: error,
  })
}

/** As `explainSystemError`, for a file or folder that was to be written. */
export function explainWriteError(error: unknown, path: string): unknown {
  if (systemCode(error) !== 'ENOENT') return explainSystemError(error, `${path} cannot be written`)
  return new UserError(`${path} cannot be written: its folder is not there`, {
    remedy: 'make the folder first, or choose another place',
    cause: error,
  })
}
