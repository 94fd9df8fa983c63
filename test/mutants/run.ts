/**
 * `npm run test:mutants`: plants every fault of the list in a copy of the project, one at a time, and asks the tests that are to
 * judge it. `-- PATTERN...` takes those whose file or words have one of them in them. Ends with `N of M killed (P %)`; fails below 90 %, and
 * where a fault survives that is not known to (docs/decisions/0014-planted-faults.md).
 */
import { type ChildProcess, spawn } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { basename, join, relative } from 'node:path'
import { mutants as every } from './list.ts'
import { type Mutant, withFault } from './mutant.ts'

const LEAST_SHARE = 0.9
/** Seconds that the tests of a fault have, beside five times what they take without it. */
const GRACE = 30

const root = join(import.meta.dirname, '../..')
const patterns = process.argv.slice(2)
const nameOf = ({ file, what }: Mutant) => `${file}: ${what}`
const asked = (mutant: Mutant) => patterns.some((pattern) => nameOf(mutant).includes(pattern))
const mutants = patterns.length === 0 ? every : every.filter(asked)
const scratch = mkdtempSync(join(tmpdir(), 'understudy-mutants-'))
const running = new Set<ChildProcess>()

process.on('exit', () => {
  running.forEach(kill)
  rmSync(scratch, { recursive: true, force: true, maxRetries: 5 })
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(130))

interface Report {
  readonly testResults: readonly {
    readonly name: string
    readonly status: string
    readonly startTime: number
    readonly endTime: number
    readonly message: string
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[]
  }[]
}

interface Verdict {
  readonly passed: boolean
  /** Which test has failed; null where none has. */
  readonly by: string | null
  /** What each file took, in seconds. */
  readonly seconds: ReadonlyMap<string, number>
}

/** The project without what is made of it, with the packages that it has. */
function copyTo(copy: string): void {
  const own = (path: string) => !/^(\..*|node_modules|dist|coverage|runs|__pycache__)$/.test(basename(path))
  cpSync(root, copy, { recursive: true, filter: (path) => path === root || own(path) })
  const packages = join(root, 'node_modules')
  mkdirSync(join(copy, 'node_modules'))
  for (const name of readdirSync(packages).filter((name) => !name.startsWith('.'))) {
    symlinkSync(join(packages, name), join(copy, 'node_modules', name), 'junction')
  }
  mkdirSync(join(copy, 'node_modules/.tmp'))
}

function kill(child: ChildProcess): void {
  try {
    // The group: the tests run in processes of their own.
    if (process.platform !== 'win32' && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    else child.kill('SIGKILL')
  } catch {
    // It has ended by itself.
  }
}

/** @param limit  seconds after which the tests are stopped */
async function judge(copy: string, tests: readonly string[], limit: number): Promise<Verdict> {
  const report = join(copy, 'node_modules/.tmp/report.json')
  rmSync(report, { force: true })
  const vitest = join(root, 'node_modules/vitest/vitest.mjs')
  const options = ['--bail', '1', '--maxWorkers', '1']
  const child = spawn(
    process.execPath,
    [vitest, 'run', ...options, '--reporter=json', `--outputFile=${report}`, ...tests],
    {
      cwd: copy,
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: process.platform !== 'win32',
      // What the tests of a fault leave behind goes with the copy.
      env: { ...process.env, TMPDIR: join(copy, 'node_modules/.tmp') },
    },
  )
  running.add(child)
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  let late = false
  const timer = setTimeout(() => {
    late = true
    kill(child)
  }, limit * 1000)
  const status = await new Promise((resolve) => child.on('close', resolve))
  clearTimeout(timer)
  running.delete(child)
  const none = new Map<string, number>()
  if (late) return { passed: false, by: `time: over ${Math.round(limit)} s`, seconds: none }
  if (!existsSync(report)) throw new Error(`the tests left no report: ${said}`)
  const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as Report
  const fileOf = (name: string) => relative(copy, name).replaceAll('\\', '/')
  const failed = testResults.find((result) => result.status === 'failed')
  if (failed !== undefined && /SyntaxError|Transform failed|PARSE_ERROR/.test(failed.message)) {
    throw new Error(`${failed.name} does not load: ${failed.message}`)
  }
  if (failed === undefined && status !== 0) throw new Error(`the tests ended without a verdict: ${said}`)
  const test = failed?.assertionResults.find((result) => result.status === 'failed')
  return {
    passed: status === 0,
    by: failed === undefined ? null : `${fileOf(failed.name)}: ${test?.fullName ?? 'before its tests'}`,
    seconds: new Map(
      testResults.map(({ name, startTime, endTime }) => [fileOf(name), (endTime - startTime) / 1000]),
    ),
  }
}

const wrong: string[] = []
let killed = 0

async function plant(copy: string, mutant: Mutant, limit: number): Promise<void> {
  const path = join(copy, mutant.file)
  const source = readFileSync(path, 'utf8')
  const began = performance.now()
  writeFileSync(path, withFault(source, mutant))
  const { passed, by } = await judge(copy, mutant.tests, limit)
  writeFileSync(path, source)
  const name = nameOf(mutant)
  const seconds = `${((performance.now() - began) / 1000).toFixed(1)} s`
  if (!passed) killed++
  const known = mutant.survives !== undefined
  if (passed !== known) wrong.push(name)
  const verdict = passed
    ? known
      ? 'survives'
      : 'SURVIVED'
    : known
      ? 'KILLED, though said to survive'
      : 'killed'
  const why = passed ? mutant.survives : `by ${by}`
  process.stdout.write(`${verdict}  ${name}${why === undefined ? '' : `  (${why})`}  ${seconds}\n`)
}

if (mutants.length === 0) throw new Error(`no fault has ${patterns.join(' or ')} in its file or its words`)
const copies = Array.from({ length: Math.min(availableParallelism(), mutants.length) }, (_, i) =>
  join(scratch, `${i}`),
)
copies.forEach(copyTo)
const tests = [...new Set(mutants.flatMap(({ tests }) => tests))]
const sound = await judge(copies[0]!, tests, 1_200)
if (!sound.passed) throw new Error(`the tests fail without any fault, first ${sound.by}`)
const missing = tests.filter((test) => !sound.seconds.has(test))
if (missing.length > 0) throw new Error(`nothing runs ${missing.join(', ')}`)
process.stdout.write(`${tests.length} test files pass without a fault\n`)

const left = [...mutants]
await Promise.all(
  copies.map(async (copy) => {
    for (let mutant = left.shift(); mutant !== undefined; mutant = left.shift()) {
      const usual = mutant.tests.reduce((sum, test) => sum + (sound.seconds.get(test) ?? 0), 0)
      await plant(copy, mutant, GRACE + 5 * usual)
    }
  }),
)

const share = killed / mutants.length
process.stdout.write(`${killed} of ${mutants.length} killed (${(100 * share).toFixed(1)} %)\n`)
for (const name of wrong) process.stdout.write(`not as the list says: ${name}\n`)
// Some of the faults may well be those few that survive.
const enough = patterns.length > 0 || share >= LEAST_SHARE
process.exitCode = enough && wrong.length === 0 ? 0 : 1
