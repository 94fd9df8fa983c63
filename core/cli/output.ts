/** What a command was asked to write: a file, or standard output by the name "-". */
import { resolve } from 'node:path'
import { fileTarget, writeAtomically } from '../atomic-file.ts'
import { UserError } from '../errors.ts'

const STANDARD_OUTPUT = '-'

export function isStandardOutput(path: string): boolean {
  return path === STANDARD_OUTPUT
}

/** A parser of names to write to, for commander's options: neither empty nor the root of the disk. */
export function outputPath(option: string): (text: string) => string {
  return (text) => {
    if (text.trim() !== '' && resolve(text) !== resolve(text, '..')) return text
    throw new UserError(`${option} must name a file, not "${text}"`, { usage: true })
  }
}

/** Before work that takes long. @throws UserError when nothing could be written there */
export function checkOutputFile(path: string): void {
  if (!isStandardOutput(path)) fileTarget(path)
}

/** @throws UserError when it cannot be written; what was there is then still there */
export async function writeOutputFile(path: string, bytes: Uint8Array): Promise<void> {
  if (!isStandardOutput(path)) return writeAtomically(path, [bytes])
  await new Promise<void>((resolve, reject) =>
    process.stdout.write(bytes, (error) => (error ? reject(error) : resolve())),
  )
}
