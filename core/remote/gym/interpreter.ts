/**
 * The Python that runs Gymnasium's environments: what the program was started with, else what the person chose, which is
 * kept in their own folder and not in a library, else python3.
 */
import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'
import { configDirectory, requireAdmission } from '../../admission/index.ts'
import { UserError } from '../../errors.ts'
import { printableLine } from '../../printable.ts'

const CHECK_MS = 20_000
const MOST_OUTPUT = 10_000
/** Packages that environments commonly need, as pip calls them, with the module that each brings. */
const PACKAGES = {
  gymnasium: 'gymnasium',
  numpy: 'numpy',
  box2d: 'Box2D',
  mujoco: 'mujoco',
  'ale-py': 'ale_py',
}

const SCRIPT = `
import importlib.metadata, importlib.util, json, sys
def version(package, module):
    if importlib.util.find_spec(module) is None: return None
    try: return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError: return "unknown version"
packages = json.loads(sys.argv[1])
print(json.dumps({"python": sys.version.split()[0], "packages": {p: version(p, m) for p, m in packages.items()}}))
`

export interface PythonReport {
  /** Absolute path of the interpreter. */
  readonly path: string
  /** '3.11.7' */
  readonly python: string
  /** Package -> its version; null where it is not installed. */
  readonly packages: Readonly<Record<string, string | null>>
}

const file = (): string => join(configDirectory(), 'python')

/** The interpreter that runs environments. */
export function python(): string {
  return process.env.UNDERSTUDY_PYTHON || chosenPython() || 'python3'
}

/** What this person chose; null when nothing was. */
export function chosenPython(): string | null {
  try {
    return readFileSync(file(), 'utf8').trim() || null
  } catch (error) {
    if (['ENOENT', 'EACCES', 'EPERM', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? ''))
      return null
    throw error
  }
}

/** @param command  null takes the choice back. @throws UserError when it cannot be kept */
export function choosePython(command: string | null): void {
  try {
    if (command === null) {
      rmSync(file(), { force: true })
      return
    }
    mkdirSync(configDirectory(), { recursive: true, mode: 0o700 })
    writeFileSync(file(), `${command}\n`, { mode: 0o600 })
  } catch (cause) {
    throw new UserError(`the interpreter cannot be remembered in ${configDirectory()}`, {
      remedy: 'make that folder writable, or choose another with $UNDERSTUDY_CONFIG',
      cause,
    })
  }
}

/**
 * Runs the interpreter and asks what is installed for it.
 * @throws UserError when it cannot be run or is no Python 3; UnadmittedError when the person is to be asked first
 */
export async function checkPython(command: string): Promise<PythonReport> {
  const path = interpreterPath(command)
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) {
    throw new UserError(`${printableLine(command)} was not found`, {
      remedy: 'give the full path of an interpreter, as `which python3` or `where python` prints it',
    })
  }
  const code = { does: `runs ${path} to see which packages it has`, path, files: [path] }
  requireAdmission({ kind: 'interpreter', name: path }, () => code)
  const output = await outputOf(path)
  try {
    return { path, ...(JSON.parse(output.trim().split('\n').at(-1)!) as Omit<PythonReport, 'path'>) }
  } catch (cause) {
    throw new UserError(`${path} is not a Python 3 that can be used`, {
      remedy: 'choose an interpreter for Python 3.8 or newer',
      cause,
    })
  }
}

/** @returns what it printed; empty when it failed */
function outputOf(path: string): Promise<string> {
  const { promise, resolve: done } = Promise.withResolvers<string>()
  const child = spawn(path, ['-c', SCRIPT, JSON.stringify(PACKAGES)], {
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: CHECK_MS,
    windowsHide: true,
  })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => {
    output = (output + chunk).slice(-MOST_OUTPUT)
  })
  child.once('error', () => done(''))
  child.once('close', (code) => done(code === 0 ? output : ''))
  return promise
}

/** As the system finds it; not where a link leads, as that is what a virtual environment goes by. */
export function interpreterPath(command: string): string {
  if (/[\\/]/.test(command)) return resolve(command)
  const endings = process.platform === 'win32' ? ['.exe', '.cmd', ''] : ['']
  const places = (process.env.PATH ?? '').split(delimiter).filter((place) => place !== '')
  const candidates = places.flatMap((place) =>
    endings.map((ending) => resolve(join(place, `${command}${ending}`))),
  )
  return candidates.find((candidate) => statSync(candidate, { throwIfNoEntry: false })?.isFile()) ?? command
}
