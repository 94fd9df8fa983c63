/** Owners that are killed while what they have started hangs. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { figure } from '../../figures.ts'
import { temporaryDirectory } from '../../store/support.ts'
import { isRunning, start } from './support.ts'

/** Kills the owner as soon as the processes have told their ids. @returns how long they lived on */
async function secondsToEnd(args: readonly string[], files: readonly string[]): Promise<number> {
  const owner = start('hanging-owner.ts', args)
  const pids: number[] = []
  onTestFinished(() => {
    for (const pid of [owner.pid, ...pids]) if (isRunning(pid)) process.kill(pid, 'SIGKILL')
  })
  for (const file of files) {
    await expect.poll(() => readIfThere(file), { timeout: 60_000 }).toMatch(/^\d+\n$/)
    pids.push(Number(readFileSync(file, 'utf8')))
  }
  expect(pids.every(isRunning)).toBe(true)
  process.kill(owner.pid, 'SIGKILL')
  const began = performance.now()
  await expect.poll(() => pids.filter(isRunning), { timeout: 30_000, interval: 20 }).toEqual([])
  const seconds = (performance.now() - began) / 1000
  figure('seconds until children are gone', seconds, 's')
  return seconds
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

/** A program that hears nothing and never ends, and has started another. */
function hangingProgram(dir: string): { program: string; files: string[] } {
  const program = join(dir, 'game.x86_64')
  const files = [join(dir, 'pid'), join(dir, 'pid-of-its-own')]
  const script = `trap '' HUP TERM INT PIPE
sh -c "trap '' HUP TERM INT PIPE; echo \\$\\$ > '${files[1]}'; while :; do sleep 1; done" &
echo $$ > '${files[0]}'
while :; do sleep 1; done`
  writeFileSync(program, `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  return { program, files }
}

it('an environment on pipes ends with its owner, and so does what it has started', async () => {
  const { program, files } = hangingProgram(temporaryDirectory())
  expect(await secondsToEnd(['pipes', program], files)).toBeLessThan(10)
})

it('a build ends with its owner, and so does what it has started', async () => {
  const { program, files } = hangingProgram(temporaryDirectory())
  expect(await secondsToEnd(['build', program], files)).toBeLessThan(10)
})

it('a trainer whose environment hangs in a step ends with its owner, and so does the environment', async () => {
  const dir = temporaryDirectory()
  expect(await secondsToEnd(['trainer', dir], [join(dir, 'trainer'), join(dir, 'python')])).toBeLessThan(15)
})
