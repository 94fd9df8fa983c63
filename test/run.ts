/**
 * `npm test`: type checks and lint beside unit, integration and browser tests. Prints the time of each and ends
 * with `N passed, N failed`. `npm test -- PATTERN` runs the matching test files only; `npm run test:long` those that train
 * for minutes (test/long), `npm run test:attack` those that send crafted things (test/attack), `npm run test:commands` those that
 * type what the documents say (test/commands, test/guide), `npm run test:cluster` those that need a real Ray cluster (test/cluster/real;
 * `--all` loses what can be lost at ten moments each),
 * `npm run test:package` those that build, pack and install (test/package), `npm run test:images` those that build container
 * images and run them (test/images), which `--allow-missing` lets pass where that cannot be done, with the figures they measured;
 * `npm run test:coverage` those of `npm test`, and says how much of the program they reach, which takes half as
 * long again.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { printFigures } from './figures.ts'

interface Stage {
  readonly name: string
  readonly command: readonly string[]
}

const root = join(import.meta.dirname, '..')
const bin = join(root, 'node_modules/.bin')
const scratch = mkdtempSync(join(tmpdir(), 'understudy-test-'))
const report = join(scratch, 'report.json')
const figures = join(scratch, 'figures.jsonl')
const flags = ['--long', '--attack', '--cluster', '--commands', '--package', '--images', '--coverage']
const kind = flags.find((flag) => process.argv.includes(flag))?.slice(2)
/** What a test reads in its environment. */
const settings = { '--allow-missing': 'UNDERSTUDY_ALLOW_MISSING', '--all': 'UNDERSTUDY_ALL' }
const given = Object.entries(settings).filter(([flag]) => process.argv.includes(flag))
const patterns = process.argv
  .slice(2)
  .filter((argument) => !flags.includes(argument) && !Object.hasOwn(settings, argument))

const checks: Stage[] = [
  { name: 'type check', command: ['tsc', '--noEmit', '-p', 'tsconfig.json'] },
  { name: 'type check of the renderer', command: ['tsc', '--noEmit', '-p', 'renderer/tsconfig.json'] },
  { name: 'lint', command: ['biome', 'check', '--error-on-warnings', '.'] },
]
const reporters = ['default', './test/skipped.ts', 'json'].map((name) => `--reporter=${name}`)
const tests = ['vitest', 'run', ...reporters, `--outputFile.json=${report}`]
const quick = ['--project', 'unit', '--project', 'quick']

let passed = 0
let failed = 0

/** @param held  whether what it prints is shown once it has ended, since something else is printing meanwhile */
async function run(stage: Stage, held = false): Promise<boolean> {
  const began = performance.now()
  const [program, ...args] = stage.command
  const output = held ? 'pipe' : 'inherit'
  const child = spawn(join(bin, program!), args, {
    cwd: root,
    stdio: ['ignore', output, output],
    env: {
      ...process.env,
      UNDERSTUDY_FIGURES: figures,
      ...Object.fromEntries(given.map(([, name]) => [name, '1'])),
    },
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (text += chunk))
  const [status] = (await once(child, 'close')) as [number | null]
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  process.stdout.write(`${text}${stage.name}: ${status === 0 ? 'ok' : 'FAILED'} (${seconds} s)\n`)
  return status === 0
}

if (kind === 'coverage') {
  await run({ name: 'tests', command: [...tests, ...quick, '--coverage', ...patterns] })
} else if (kind !== undefined) {
  await run({ name: `${kind} tests`, command: [...tests, '--project', kind, ...patterns] })
  printFigures(figures)
} else if (patterns.length === 0) {
  // Many tests wait, and the checks have their time meanwhile.
  const checked = Promise.all(checks.map((stage) => run(stage, true)))
  await run({ name: 'tests', command: [...tests, ...quick] })
  for (const isRight of await checked) isRight ? passed++ : failed++
} else {
  await run({ name: 'tests', command: [...tests, ...patterns] })
}

try {
  const counted = JSON.parse(readFileSync(report, 'utf8')) as {
    numPassedTests: number
    numFailedTests: number
    numTotalTests: number
    testResults: { status: string; assertionResults: { status: string }[] }[]
  }
  passed += counted.numPassedTests
  // A file that fails outside its tests has none to count; it is one failure all the same.
  const broken = counted.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some(({ status }) => status === 'failed'),
  )
  failed += counted.numFailedTests + broken.length
} catch (error) {
  process.stdout.write(`the test runner left no report: ${(error as Error).message}\n`)
  failed++
}
rmSync(scratch, { recursive: true, force: true })
process.stdout.write(`${passed} passed, ${failed} failed\n`)
process.exitCode = failed === 0 && (passed > 0 || process.argv.includes('--allow-missing')) ? 0 : 1
