/** Places where a library can be read and not written: made for one test and gone after it. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { temporaryDirectory } from '../../store/support.ts'

export const isRoot = process.getuid?.() === 0

/** Why a disk of its own cannot be made here, or undefined where it can. */
export function noMounts(): string | undefined {
  if (process.platform !== 'linux') return 'mounting a small disk is written for Linux'
  if (!isRoot) return 'only root may mount a disk'
  const dir = join('/tmp', `understudy-mount-${process.pid}`)
  mkdirSync(dir, { recursive: true })
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', dir])
  if (mounted.status !== 0) return 'this container may not mount a disk'
  spawnSync('umount', [dir])
  return undefined
}

/** A disk of its own with so many megabytes, in memory. */
export function smallDisk(megabytes: number): string {
  const dir = join(temporaryDirectory(), 'disk')
  mkdirSync(dir)
  must('mount', '-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', dir)
  onTestFinished(() => void spawnSync('umount', ['-l', dir]))
  return dir
}

/** Takes what is left of a disk, to the last byte. */
export function fill(disk: string, file = join(disk, 'filling')): void {
  const block = Buffer.alloc(4096)
  for (let n = 0; ; n++) {
    try {
      writeFileSync(`${file}-${n}`, Buffer.alloc(Math.max(4096, freeBytes(disk))))
    } catch {
      try {
        writeFileSync(`${file}-${n}`, block)
      } catch {
        return
      }
    }
    if (freeBytes(disk) === 0) return
  }
}

export function freeBytes(disk: string): number {
  const { bavail, bsize } = statfsSync(disk)
  return bavail * bsize
}

/** Mounts what is in `dir` once more, so that nothing can be written there. @returns where */
export function readOnlyView(dir: string): string {
  const view = join(temporaryDirectory(), 'view')
  mkdirSync(view)
  must('mount', '--bind', dir, view)
  onTestFinished(() => void spawnSync('umount', ['-l', view]))
  must('mount', '-o', 'remount,bind,ro', view)
  return view
}

function must(command: string, ...args: string[]): void {
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`)
}

export interface Answer {
  readonly command: string
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Runs commands one after the other in one process, as a user without privileges when asked. */
export function runCommands(
  commands: readonly (readonly string[])[],
  options: { dir: string; uid?: number; umask?: number; env?: NodeJS.ProcessEnv },
): Answer[] {
  const report = join(temporaryDirectory(), 'report.json')
  writeFileSync(report, '')
  // Whoever runs the commands has to be able to write it.
  spawnSync('chmod', ['777', report, join(report, '..')])
  const program = fileURLToPath(new URL('./commands-child.ts', import.meta.url))
  const plan = { commands, ...options, env: undefined, report }
  const { stderr } = spawnSync(process.execPath, [program, JSON.stringify(plan)], {
    encoding: 'utf8',
    env: { ...process.env, ...options.env },
  })
  if (!existsSync(report) || readFileSync(report, 'utf8') === '') throw new Error(stderr)
  return JSON.parse(readFileSync(report, 'utf8')) as Answer[]
}
