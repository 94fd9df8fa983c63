/**
 * The token of a Ray cluster, found where Ray's own tools look: RAY_AUTH_TOKEN, the file that RAY_AUTH_TOKEN_PATH names, and
 * ~/.ray/auth_token. It is never an argument, and nothing that is kept or logged has it.
 */
import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { UserError } from '../errors.ts'

/**
 * @param file  that a person has named, in place of the three
 * @returns null where there is none, as on a cluster without authentication
 * @throws UserError when a file that was named cannot be read
 */
export function rayToken(file: string | undefined, env: NodeJS.ProcessEnv = process.env): string | null {
  if (file !== undefined) return readToken(file)
  const { RAY_AUTH_TOKEN: token, RAY_AUTH_TOKEN_PATH: path } = env
  if (token !== undefined && token.trim() !== '') return token.trim()
  if (path !== undefined && path !== '') return readToken(path)
  try {
    return readToken(join(homedir(), '.ray', 'auth_token'))
  } catch {
    return null
  }
}

function readToken(file: string): string {
  let text: string
  try {
    text = readFileSync(file, 'utf8').trim()
  } catch (cause) {
    throw new UserError(`the token of the cluster cannot be read from ${file}`, {
      remedy: 'name a file that holds it, or make one there with `ray get-auth-token --generate`',
      cause,
    })
  }
  if (/^[\x21-\x7e]+$/.test(text)) return text
  throw new UserError(`${file} does not hold a token: a single word is expected`)
}
