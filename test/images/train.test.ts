import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { figure } from '../figures.ts'
import { Container } from './container.ts'
import { needsImages, secondsSince } from './support.ts'

needsImages()

/** The whole program, where SageMaker's contract is not asked for. */
const entrypoint = ['understudy']

function library(uid: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'understudy-data-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  chownSync(folder, uid, uid)
  return folder
}

const train = (steps: number, data: string, user: number) =>
  new Container('train', {
    user,
    volumes: { '/data': data },
    entrypoint,
    command: ['train', '--env', 'basic', '--algo', 'ppo', '--max-steps', `${steps}`, '--run-id', 'first'],
  })

describe('understudy-train', () => {
  it.each([
    ['root', 0],
    ['somebody without rights', 10_001],
  ])('trains a run as %s', async (_, user) => {
    const began = performance.now()
    const data = library(user)
    const container = train(3_000, data, user)
    expect(await container.ended(), container.printed).toBe(0)
    expect(container.printed).toMatch(/finished: 3,000 steps/)
    expect(existsSync(join(data, 'runs/first/agent.onnx'))).toBe(true)
    figure('seconds of a run of 3,000 steps', secondsSince(began), 's')
  })

  it('says in one sentence what it is not made for', async () => {
    const data = library(0)
    const config =
      'env_settings: { env: basic }\nengine: tensorflow\ndefault_settings: { trainer_type: ppo }\n'
    writeFileSync(join(data, 'other.yaml'), config)
    const container = new Container('train', {
      volumes: { '/data': data },
      entrypoint,
      command: ['train', '/data/other.yaml', '--max-steps', '1000'],
    })
    expect(await container.ended()).toBe(1)
    expect(container.printed).toMatch(/^error: the engine tensorflow is not part of this installation$/m)
  })

  it('leaves a checkpoint at SIGTERM, and goes on from it', async () => {
    const data = library(0)
    const container = train(10_000_000, data, 0)
    await container.line(/steps: /)
    container.signal('TERM')
    await container.ended()
    const kept = () =>
      readdirSync(join(data, 'runs/first/checkpoints')).filter((name) => name.endsWith('.checkpoint'))
    const reached = Math.max(...kept().map(Number.parseFloat))
    expect(reached).toBeGreaterThan(0)
    const again = new Container('train', {
      volumes: { '/data': data },
      entrypoint,
      command: ['train', '--run-id', 'first', '--resume', '--max-steps', `${reached + 1_000}`],
    })
    expect(await again.ended(), again.printed).toBe(0)
    expect(Math.max(...kept().map(Number.parseFloat))).toBeGreaterThanOrEqual(reached + 1_000)
  })
})
