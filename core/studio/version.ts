/** The program's version, from package.json above core/ in the sources and above dist/ in the build. */
import { existsSync, readFileSync } from 'node:fs'

export function packageVersion(): string {
  for (const above of ['../../', '../../../']) {
    const url = new URL(`${above}package.json`, import.meta.url)
    if (existsSync(url)) return JSON.parse(readFileSync(url, 'utf8')).version
  }
  throw new Error('package.json is missing beside the program')
}
