/** What the window is started with: `electron . --data=DIR`. */
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

/** The library's folder: from `--data=DIR` or `--data DIR`, else `UNDERSTUDY_DATA`, else `.understudy` at home. */
export function dataDirectory(argv: readonly string[], environment: NodeJS.ProcessEnv): string {
  const flag = '--data'
  const joined = argv.find((argument) => argument.startsWith(`${flag}=`))
  const next = argv[argv.indexOf(flag) + 1]
  const given = joined?.slice(flag.length + 1) ?? (argv.includes(flag) ? next : undefined)
  return resolve(given || environment.UNDERSTUDY_DATA || join(homedir(), '.understudy'))
}
