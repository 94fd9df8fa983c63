/** Containers that share a volume, made by PID namespaces of their own. */
import { spawnSync } from 'node:child_process'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openLibrary } from '../../../core/store/index.ts'
import { recoverRuns, resumeRun } from '../../../core/train/index.ts'
import { figure } from '../../figures.ts'
import { temporaryDirectory } from '../../store/support.ts'
import { type Child, start } from './support.ts'

const LEASE_MS = 1_500
/** Runs a command as process 1 of a namespace that ends with it. */
const CONTAINER = ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc']

const { status, stderr, error } = spawnSync(CONTAINER[0]!, [...CONTAINER.slice(1), 'true'], {
  encoding: 'utf8',
})
if (status !== 0)
  console.log(`not tested: no PID namespace can be made here (${error?.message ?? stderr.trim()})`)

function run(script: string, ...args: string[]): Child {
  const child = start(script, args, CONTAINER)
  onTestFinished(() => void child.process.kill('SIGKILL'))
  return child
}

async function kill(child: Child): Promise<void> {
  child.process.kill('SIGKILL')
  await child.ended
}

describe.runIf(status === 0)('a container', () => {
  it('that trains a run has it, whatever has its process id here', async () => {
    const dir = temporaryDirectory()
    const container = run('owner.ts', dir, `${LEASE_MS}`, 'begin')
    await container.line()
    const library = openLibrary(dir)
    for (const wanting of [0, LEASE_MS + 500]) {
      await wait(wanting)
      await expect(resumeRun({ library, runId: 'run' })).rejects.toThrow('is being trained by process 1 on')
      expect(await recoverRuns(library)).toEqual([])
    }
    const another = run('owner.ts', dir, `${LEASE_MS}`, 'resume')
    expect(await another.ended).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^run "run" is being trained by process 1 on \S+\n$/),
    })
    await kill(container)
    await wait(LEASE_MS)
    expect(await recoverRuns(library)).toMatchObject([{ id: 'run', state: 'stopped' }])
    const resumed = run('owner.ts', dir, `${LEASE_MS}`, 'resume')
    expect(await resumed.line()).toMatch(/^\d+ \d+$/)
    library.close()
  })

  it('that was restarted opens its studio, though an unrelated process has the id of the old one', async () => {
    const dir = temporaryDirectory()
    const first = run('studio.ts', dir, `${LEASE_MS}`)
    expect(await first.line()).toMatch(/^open after/)
    const second = run('studio.ts', dir, `${LEASE_MS}`)
    expect(await second.line()).toMatch(/^a studio \(process 1 on \S+\) already has this library open$/)
    await kill(first)
    const restarted = run('studio.ts', dir, `${LEASE_MS}`)
    const [, ms] = /^open after (\d+)$/.exec(await restarted.line()) ?? []
    expect(Number(ms)).toBeLessThan(LEASE_MS + 2_000)
    figure('seconds until a restarted container has its library', Number(ms) / 1000, 's')
  })
})
