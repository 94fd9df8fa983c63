/** What stands where ML-Agents expects a Unity build: a script, and what is passed to it. */
import { basename, join } from 'node:path'
import { UserError } from '../../errors.ts'

/**
 * Where the script must lie for `file_name` to find it: on Linux a file whose name ends in .x86_64 or .x86, on macOS inside a
 * folder whose name ends in .app.
 * @throws UserError on Windows, where only a program of its own can be started
 */
export function launcherFile(out: string, platform: NodeJS.Platform): string {
  if (platform === 'win32') {
    throw new UserError('ML-Agents starts no scripts on Windows', {
      remedy: 'start the trainer without a build, then "understudy env serve --mlagents-port 5004"',
    })
  }
  if (platform === 'darwin') {
    const folder = out.endsWith('.app') ? out : `${out}.app`
    return join(folder, 'Contents', 'MacOS', basename(folder, '.app'))
  }
  return /\.x86(_64)?$/.test(out) ? out : `${out}.x86_64`
}

/** @param command  program and arguments; the script becomes the program, so that who ends the one ends the other */
export function launcherScript(command: readonly string[]): string {
  const words = command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`)
  return `#!/bin/sh\nexec ${words.join(' ')} -- "$@"\n`
}

export interface BuildArguments {
  readonly port?: number
  /** Where Unity would write what happens. */
  readonly logFile?: string
}

/** What a trainer passes to a build. Of the rest, which is for Unity's player, nothing is minded. */
export function readBuildArguments(args: readonly string[]): BuildArguments {
  const read: { port?: number; logFile?: string } = {}
  for (const [i, name] of args.entries()) {
    const value = args[i + 1]
    if (name === '--mlagents-port') {
      const port = Number(value)
      if (!Number.isInteger(port) || port < 1 || port > 65_535) {
        throw new UserError(`--mlagents-port must be 1 to 65535, not "${value}"`, { usage: true })
      }
      read.port = port
    }
    // Unity takes '-' for its standard output.
    if (name.toLowerCase() === '-logfile' && value !== undefined && value !== '-') read.logFile = value
  }
  return read
}
