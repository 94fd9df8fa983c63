/**
 * `npm run test:interop`: the real readers and clients of other programs against files and processes of ours. Needs
 * Python and a package index, and is therefore no part of `npm test`.
 *
 *     npm run test:interop -- --list            what there is
 *     npm run test:interop                      the light checks
 *     npm run test:interop -- --heavy           those that need torch too
 *     npm run test:interop -- numpy-npz         some, of either kind
 *     npm run test:interop -- --allow-missing   what cannot be installed here is told and does not fail
 *     npm run test:interop -- --write           renew the table of docs/results/interop.md
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { nearest } from '../../core/errors.ts'
import { CheckContext, CheckFailure, type InteropCheck } from './check.ts'
import { checks } from './checks/index.ts'
import { ENVIRONMENTS } from './environments.ts'
import { type Passed, writeTranscript } from './transcript.ts'
import { MissingError, packageVersions, prepareEnvironment, pythonVersion } from './virtual-environment.ts'

const SECONDS = { light: 180, heavy: 900 }

const { values: options, positionals: names } = readArguments()

const say = (line: string): void => void process.stdout.write(`${line}\n`)

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        heavy: { type: 'boolean', default: false },
        'allow-missing': { type: 'boolean', default: false },
        list: { type: 'boolean', default: false },
        write: { type: 'boolean', default: false },
      },
    })
  } catch (error) {
    process.stdout.write(`${(error as Error).message}\n`)
    process.exit(2)
  }
}

const tierOf = (check: InteropCheck) => ENVIRONMENTS[check.venv].tier

function chosen(): InteropCheck[] {
  const known = checks.map(({ name }) => name)
  for (const name of names) {
    if (known.includes(name)) continue
    const near = nearest(name, known)
    say(
      `there is no check "${name}"; ${near === undefined ? `there are ${known.join(', ')}` : `did you mean "${near}"?`}`,
    )
    process.exit(2)
  }
  if (names.length > 0) return checks.filter(({ name }) => names.includes(name))
  return checks.filter((check) => options.heavy || tierOf(check) === 'light')
}

async function runCheck(check: InteropCheck): Promise<Passed> {
  const programs = await prepareEnvironment(check.venv)
  const versions = [await pythonVersion(programs), ...(await packageVersions(programs, check.packages))]
  const folder = mkdtempSync(join(tmpdir(), `understudy-${check.name}-`))
  const limit = check.seconds ?? SECONDS[tierOf(check)]
  const context = new CheckContext(folder, programs, AbortSignal.timeout(limit * 1000))
  const began = performance.now()
  try {
    const compared = await check.run(context)
    return { ...check, versions, compared, seconds: (performance.now() - began) / 1000 }
  } catch (error) {
    say(context.log.trimEnd())
    if (context.signal.aborted) throw new CheckFailure(`took longer than ${limit} s`, { cause: error })
    throw error
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

if (options.list) {
  for (const check of checks)
    say(`${check.name}  (${tierOf(check)}) ${check.row}: ${check.packages.join(', ')}`)
  process.exit(0)
}

const passed: Passed[] = []
const missing: string[] = []
let failed = 0
for (const check of chosen()) {
  try {
    const result = await runCheck(check)
    passed.push(result)
    say(
      `${check.name}: ok (${result.seconds.toFixed(1)} s) ${result.versions.join(', ')}: ${result.compared}`,
    )
  } catch (error) {
    if (error instanceof MissingError && options['allow-missing']) {
      missing.push(check.name)
      say(`${check.name}: MISSING ${error.message}`)
      continue
    }
    failed++
    const expected = error instanceof MissingError || error instanceof CheckFailure
    say(`${check.name}: FAILED ${expected ? error.message : ((error as Error).stack ?? error)}`)
  }
}
if (options.write)
  writeTranscript(
    passed,
    checks.map(({ name }) => name),
  )
say(`${passed.length} passed, ${failed} failed${missing.length > 0 ? `, ${missing.length} missing` : ''}`)
// Nothing that a check has left open keeps the command from ending.
process.exit(failed === 0 && (passed.length > 0 || missing.length > 0) ? 0 : 1)
