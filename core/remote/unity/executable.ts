/** Where a build's program lies, looked for as ML-Agents' Python looks for it. */
import { globSync, statSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { UserError } from '../../errors.ts'
import { refuseForeignPath } from '../../paths.ts'

/** @throws UserError when there is nothing that could be started */
export function findExecutable(path: string, platform: NodeJS.Platform = process.platform): string {
  refuseForeignPath(path, 'the Unity build')
  const stem = resolve(path).replace(/\.(app|exe|x86_64|x86)$/, '')
  const found = candidates(stem, platform).find((file) => statSync(file, { throwIfNoEntry: false })?.isFile())
  if (found !== undefined) return found
  throw new UserError(`there is no Unity build "${path}"`, {
    remedy: 'give the path of its executable, or unity:editor for the project that is open in Unity',
  })
}

function candidates(stem: string, platform: NodeJS.Platform): string[] {
  const name = basename(stem)
  switch (platform) {
    case 'darwin': {
      const folder = join(`${stem}.app`, 'Contents', 'MacOS')
      return [join(folder, name), ...globSync(join(folder, '*')), stem]
    }
    case 'win32': {
      const inside = globSync(join(stem, '*.exe')).filter((file) => !/CrashHandler/i.test(file))
      return [`${stem}.exe`, ...inside]
    }
    default:
      return [`${stem}.x86_64`, `${stem}.x86`, stem]
  }
}
