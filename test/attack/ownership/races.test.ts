/** Runs that several processes want at the same moment. */
import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { expect, it } from 'vitest'
import { type Library, openLibrary } from '../../../core/store/index.ts'
import { thisProcess } from '../../../core/store/process.ts'
import { startRun } from '../../../core/train/index.ts'
import { startUnderstudy } from '../../cli/support.ts'
import { figure } from '../../figures.ts'
import { runRow, temporaryDirectory } from '../../store/support.ts'
import { endless } from './support.ts'

const RACERS = 4
const RACES = 200

interface Racer {
  readonly process: ChildProcess
  answer(): Promise<string>
}

function startRacer(dir: string): Racer {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'racer.ts'), dir], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]()
  return { process: child, answer: async () => (await lines.next()).value ?? 'it ended' }
}

/** How a run may lie there when it is raced for, and what is asked of it. */
const KINDS: { how: string; prepare: (library: Library, run: string) => void }[] = [
  { how: 'begin', prepare: () => {} },
  { how: 'resume', prepare: (library, run) => putRun(library, run, 'stopped') },
  { how: 'force', prepare: (library, run) => putRun(library, run, 'stopped') },
  // Its owner died.
  { how: 'resume', prepare: (library, run) => putRun(library, run, 'running', { started: '1' }) },
  // Its owner sleeps.
  { how: 'resume', prepare: (library, run) => putRun(library, run, 'running', {}) },
]

function putRun(library: Library, run: string, state: 'running' | 'stopped', owner?: object): void {
  library.putRun(
    runRow({ id: run, algorithm: 'ppo', state, step: 40, maxSteps: 100_000_000, config: CONFIG }),
  )
  if (owner === undefined) return
  const sqlite = new Database(library.file)
  const identity = JSON.stringify({ ...thisProcess(), ...owner })
  sqlite
    .prepare('INSERT INTO owner VALUES (?, ?, 30000, ?)')
    .run(`owner of ${run}`, identity, Date.now() - 60_000)
  sqlite
    .prepare('INSERT INTO run_claim (run_id, token, owner) VALUES (?, ?, ?)')
    .run(run, run, `owner of ${run}`)
  sqlite.close()
}

let CONFIG = ''

it(`${RACES} runs that ${RACERS} processes want at once have one owner each`, async () => {
  const dir = temporaryDirectory()
  const library = openLibrary(dir)
  const template = await startRun({ library, config: endless('template'), demonstrations: [] })
  CONFIG = template.row.config
  template.kill()
  await template.ended
  const racers = Array.from({ length: RACERS }, () => startRacer(dir))
  for (const racer of racers) expect(await racer.answer()).toBe('ready')
  let [twice, never] = [0, 0]
  for (let race = 0; race < RACES; race++) {
    const run = `run-${race}`
    const { how, prepare } = KINDS[race % KINDS.length]!
    prepare(library, run)
    for (const racer of racers) racer.process.stdin!.write(`${run} ${how}\n`)
    const answers = await Promise.all(racers.map((racer) => racer.answer()))
    const winners = racers.filter((_, i) => answers[i] === 'won')
    if (winners.length > 1) twice++
    if (winners.length === 0) never++
    const { owner, token } = library.getRunClaim(run)!
    expect(owner?.pid).toBe(winners[0]?.process.pid)
    for (const answer of answers) {
      if (answer !== 'won')
        expect(answer).toContain(`is being trained by process ${owner!.pid} on ${owner!.host}`)
    }
    // The files changed hands with the row.
    expect(readFileSync(join(dir, 'runs', run, 'owner'), 'utf8')).toBe(token)
  }
  for (const racer of racers) racer.process.kill('SIGKILL')
  figure('claims raced', RACES, 'claims')
  figure('trained twice', twice, 'claims')
  expect({ twice, never }).toEqual({ twice: 0, never: 0 })
  expect(readdirSync(join(dir, 'runs')).filter((name) => name.startsWith('.'))).toEqual([])
  library.close()
})

/** @returns what each said at last, and its exit code */
async function atOnce(dir: string, ...commands: string[][]): Promise<{ code: number | null; err: string }[]> {
  const children = commands.map((args) => startUnderstudy(dir, ...args))
  const ends = children.map(async (child) => {
    let err = ''
    child.stderr.on('data', (text) => {
      err += text
    })
    child.stdout.resume()
    return new Promise<{ code: number | null; err: string }>((resolve) =>
      child.once('close', (code) => resolve({ code, err })),
    )
  })
  // The loser ends at once; the winner when it is told to.
  await Promise.race([...ends, wait(20_000)])
  await wait(1_000)
  for (const child of children) child.kill('SIGINT')
  return Promise.all(ends)
}

const TRAIN = ['train', '--env', 'basic', '--algo', 'ppo', '--max-steps', '100000000']

it('the command, given twice at once, trains once, and the other says who does', async () => {
  const dir = temporaryDirectory()
  const library = openLibrary(dir)
  let twice = 0
  const command = [...TRAIN, '--run-id', 'a']
  for (const args of [command, ['train', '--run-id', 'a', '--resume'], [...command, '--force']]) {
    const ends = await atOnce(dir, args, args)
    const [winners, losers] = [ends.filter(({ code }) => code !== 1), ends.filter(({ code }) => code === 1)]
    if (winners.length > 1) twice++
    expect(losers.map(({ err }) => err.trim().split('\n').length)).toEqual([2])
    expect(losers[0]!.err).toMatch(/run "a" (already exists and )?is being trained by process \d+ on \S+/)
    expect(library.getRun('a')).toMatchObject({ state: 'stopped' })
  }
  figure('trained twice', twice, 'claims')
  expect(twice).toBe(0)
  library.close()
})

it('two runs without a name that begin at once have two names', async () => {
  const dir = temporaryDirectory()
  const few = [...TRAIN.slice(0, -1), '300']
  const children = [0, 1, 2].map(() => startUnderstudy(dir, ...few))
  const codes = await Promise.all(
    children.map((child) => new Promise((resolve) => child.once('close', (code) => resolve(code)))),
  )
  expect(codes).toEqual([0, 0, 0])
  const library = openLibrary(dir)
  expect(
    library
      .listRuns()
      .map(({ id }) => id)
      .sort(),
  ).toEqual(['basic-ppo-1', 'basic-ppo-2', 'basic-ppo-3'])
  library.close()
})
