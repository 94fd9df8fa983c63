/** Makes the Python environments of the checks, once per list of requirements. */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type CommandResult, runCommand } from './command.ts'
import { ENVIRONMENTS, type EnvironmentName, type PythonEnvironment } from './environments.ts'

const root = join(import.meta.dirname, '../..')
const LIMIT_MINUTES = { light: 10, heavy: 40 }

/** Python, or one of the packages, cannot be had on this machine. */
export class MissingError extends Error {}

/**
 * The folder with the programs of an environment, which is made if it is not there or was made of another list.
 * @throws MissingError when it cannot be made
 */
export async function prepareEnvironment(name: EnvironmentName): Promise<string> {
  const environment: PythonEnvironment = ENVIRONMENTS[name]
  const python = process.env.PYTHON ?? 'python3'
  const signal = AbortSignal.timeout(LIMIT_MINUTES[environment.tier] * 60_000)
  const version = (await orMissing(python, ['--version'], signal)).out.trim()
  const { requirements, options = [] } = environment
  const wanted = createHash('sha256')
    .update(JSON.stringify([version, requirements, options]))
    .digest('hex')
  const folder = join(root, '.interop', name)
  const stamp = join(folder, 'requirements.sha256')
  const programs = join(folder, process.platform === 'win32' ? 'Scripts' : 'bin')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return programs
  process.stdout.write(`making the Python environment ${name} (${requirements.join(', ')})\n`)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  await orMissing(python, ['-m', 'venv', folder], signal)
  await orMissing(
    join(programs, 'python'),
    ['-m', 'pip', 'install', '--quiet', ...options, ...requirements],
    signal,
  )
  writeFileSync(stamp, wanted)
  return programs
}

/** The versions of installed packages: 'numpy 2.4.6'. */
export async function packageVersions(programs: string, packages: readonly string[]): Promise<string[]> {
  const code = 'import sys, importlib.metadata as m\nfor p in sys.argv[1:]: print(p, m.version(p))'
  const signal = AbortSignal.timeout(60_000)
  const { out } = await orMissing(join(programs, 'python'), ['-c', code, ...packages], signal)
  return out.trim().split('\n')
}

/** 'Python 3.11.7' */
export async function pythonVersion(programs: string): Promise<string> {
  const { out } = await orMissing(join(programs, 'python'), ['--version'], AbortSignal.timeout(60_000))
  return out.trim()
}

async function orMissing(
  program: string,
  args: readonly string[],
  signal: AbortSignal,
): Promise<CommandResult> {
  const env = { ...process.env, PIP_DISABLE_PIP_VERSION_CHECK: '1', PIP_NO_INPUT: '1' }
  const what = [program, ...args].join(' ')
  let result: CommandResult
  try {
    result = await runCommand(program, args, { cwd: root, env, signal })
  } catch (error) {
    const absent = (error as NodeJS.ErrnoException).code === 'ENOENT'
    throw new MissingError(
      absent
        ? `there is no Python: ${program} cannot be started ($PYTHON names another)`
        : `${what}: ${(error as Error).message}`,
      { cause: error },
    )
  }
  if (result.code === 0) return result
  const said = `${result.out}${result.err}`.trimEnd().split('\n').slice(-12).join('\n')
  throw new MissingError(`${what} ended with ${result.code}:\n${said}`)
}
