/** The real command, at the end of real pipes. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { makeEnvironment } from '../../../core/envs/index.ts'
import { Command, Kind } from '../../../core/remote/stdio/frames.ts'
import { resultLayout, sizesOf } from '../../../core/remote/stdio/layout.ts'
import { UNDERSTUDY } from '../../cli/support.ts'
import { frame, framesOf, greeting, json, request, text } from './support.ts'

const folder = mkdtempSync(join(tmpdir(), 'understudy-stdio-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function start(...args: string[]) {
  const child = spawn(process.execPath, [UNDERSTUDY, 'env', 'stdio', ...args], { stdio: 'pipe' })
  let out = Buffer.alloc(0)
  let err = ''
  child.stdout.on('data', (bytes: Buffer) => {
    out = Buffer.concat([out, bytes])
  })
  child.stderr.on('data', (bytes: Buffer) => {
    err += bytes
  })
  // A child that has ended already takes no more; what it said is what the tests look at.
  child.stdin.on('error', () => {})
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal }))
  })
  return {
    child,
    ended,
    frames: () => framesOf(Uint8Array.from(out)),
    errors: () => err,
    end: (...parts: Uint8Array[]) => {
      child.stdin.end(Buffer.concat(parts))
      return ended
    },
  }
}

describe('understudy env stdio', () => {
  it('steps many environments, with frames that no pipe holds at once, until its input is closed', async () => {
    const count = 200
    const sizes = sizesOf(makeEnvironment('bubble/25').spec)
    const reset = request(sizes, count, ({ commands, seeds }) => {
      commands.fill(Command.reset)
      seeds.forEach((_, e) => {
        seeds[e] = e
      })
    })
    const step = request(sizes, count, ({ commands }) => commands.fill(Command.stepThenReset))
    const run = start('--env', 'bubble/25', '--num-envs', String(count))
    const { code } = await run.end(greeting, frame(Kind.advance, reset), frame(Kind.advance, step))
    expect([code, run.errors()]).toEqual([0, ''])
    const [welcome, begun, stepped] = run.frames()
    expect(json(welcome!.body)).toMatchObject({ environments: count, scene: 'bubble' })
    const { observations } = resultLayout(sizes, count, begun!.body.buffer, 0)
    const expected = new Float32Array(sizes.observation)
    makeEnvironment('bubble/25').reset(count - 1, expected)
    expect(observations.subarray(-sizes.observation)).toEqual(expected)
    expect(stepped!.body.length).toBe(begun!.body.length)
  })

  it('answers a request that it refuses, and goes on', async () => {
    const run = start('--env', 'basic', '--parameter', 'max_steps=9')
    const refused = frame(Kind.advance, new Uint8Array(2))
    const { code } = await run.end(greeting, refused, frame(99, new Uint8Array(0)), greeting)
    expect(code).toBe(0)
    const kinds = run.frames().map(({ kind }) => kind)
    expect(kinds).toEqual([Kind.welcome, Kind.refusal, Kind.refusal, Kind.welcome])
    expect(json(run.frames()[1]!.body)).toEqual({
      type: 'UserError',
      message: 'a request to step has 2 bytes, not 9',
    })
    expect(json(run.frames()[3]!.body)).toMatchObject({ spec: { parameters: { max_steps: 9 } } })
  })

  it('tells the other end why it cannot begin', async () => {
    const run = start('--env', 'bubbel/25')
    const { code } = await run.end(greeting)
    expect(code).toBe(2)
    expect(json(run.frames()[0]!.body)).toEqual({
      type: 'UserError',
      message: 'unknown environment "bubbel/25"',
      remedy: 'did you mean "bubble/25"?',
    })
    expect(run.errors()).toContain('did you mean')
  })

  it('ends when what comes is no frame, after saying so', async () => {
    const run = start('--env', 'basic')
    const { code } = await run.end(greeting, text({ cmd: 'step' }))
    expect(code).toBe(1)
    expect(run.frames().map(({ kind }) => kind)).toEqual([Kind.welcome, Kind.refusal])
    expect(run.errors()).toContain('the input is not a frame')
  })

  it('ends quietly when nobody reads any more, and at a signal', async () => {
    const deaf = start('--env', 'basic')
    deaf.child.stdout.destroy()
    const many = Array.from({ length: 50 }, () => greeting)
    const { code } = await deaf.end(...many)
    expect([code, deaf.errors()]).toEqual([0, ''])

    const killed = start('--env', 'basic')
    killed.child.stdin.write(greeting)
    await expect.poll(() => killed.frames().length).toBe(1)
    killed.child.kill('SIGTERM')
    expect(await killed.ended).toEqual({ code: null, signal: 'SIGTERM' })
  })

  it('keeps what a plugin prints out of the frames', async () => {
    const plugin = join(folder, 'chatty.ts')
    writeFileSync(plugin, `console.log('hello from the plugin')\n`)
    const run = start('--env', 'basic', '--plugin', plugin)
    await run.end(greeting)
    expect(run.frames().map(({ kind }) => kind)).toEqual([Kind.welcome])
    expect(run.errors()).toBe('hello from the plugin\n')
  })
})
