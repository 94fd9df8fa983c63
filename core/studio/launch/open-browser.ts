/** Shows a file in the person's browser where there is one. */
import { spawn } from 'node:child_process'

/** @returns the command that opens a file, or null where nobody sits in front of a screen */
export function openCommand(
  path: string,
  platform: NodeJS.Platform,
  environment: NodeJS.ProcessEnv,
): readonly [string, ...string[]] | null {
  if (platform === 'darwin') return ['open', path]
  // Not through cmd.exe, to which the & of a path would end the command.
  if (platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler', path]
  return hasDisplay(platform, environment) ? ['xdg-open', path] : null
}

export function hasDisplay(platform: NodeJS.Platform, environment: NodeJS.ProcessEnv): boolean {
  if (platform === 'darwin' || platform === 'win32') return true
  return Boolean(environment.DISPLAY || environment.WAYLAND_DISPLAY)
}

/** Does its best: the address is printed as well, so a missing program is no failure. */
export function openBrowser(path: string): void {
  const command = openCommand(path, process.platform, process.env)
  if (command === null) return
  const [program, ...args] = command
  const child = spawn(program, args, { stdio: 'ignore', detached: true })
  child.on('error', () => undefined)
  child.unref()
}
