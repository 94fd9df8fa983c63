import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { UserError } from '../core/errors.ts'
import { explainSystemError, explainWriteError, systemCode } from '../core/system-errors.ts'

const withCode = (code: string) => Object.assign(new Error(`${code}: ...`), { code })

describe('what the system answers', () => {
  it.each(
    (
      'EACCES EPERM EADDRINUSE EBUSY ETXTBSY EDQUOT ENOSPC EEXIST EIO EISDIR ELOOP EMFILE ENFILE ENAMETOOLONG ENOENT ' +
      'ENOMEM ENOTDIR ENOTEMPTY ENXIO EROFS EXDEV'
    ).split(' '),
  )('%s is a sentence', (code) => {
    const error = explainSystemError(withCode(code), 'x cannot be read') as UserError
    expect(error).toBeInstanceOf(UserError)
    expect(error.message).toMatch(/^x cannot be read: [a-z ,-]+$/)
    expect(error.message).not.toContain(code)
    expect(error.cause).toBeInstanceOf(Error)
  })

  it('is named by its code where nobody has put it into words', () => {
    expect(explainSystemError(withCode('EWEIRD'), 'x cannot be read')).toMatchObject({
      message: 'x cannot be read: EWEIRD',
    })
  })

  it('says of a file that cannot be written what is missing, and what to do', () => {
    expect(explainWriteError(withCode('ENOENT'), 'a/b')).toMatchObject({
      message: 'a/b cannot be written: its folder is not there',
      remedy: 'make the folder first, or choose another place',
    })
    expect(explainWriteError(withCode('ENOSPC'), 'a/b')).toMatchObject({
      message: 'a/b cannot be written: the disk is full',
    })
  })

  it('is left alone where it is something else', () => {
    const bug = new TypeError('x is undefined')
    expect(explainSystemError(bug, 'x')).toBe(bug)
    expect(systemCode(withCode('ERR_ASSERTION'))).toBeUndefined()
    expect(systemCode(undefined)).toBeUndefined()
  })

  it('comes from the system as it does here', () => {
    try {
      readFileSync('x'.repeat(300))
    } catch (error) {
      expect(explainSystemError(error, 'x cannot be read')).toMatchObject({
        message: 'x cannot be read: the name is too long',
      })
      return
    }
    throw new Error('nothing was thrown')
  })
})
