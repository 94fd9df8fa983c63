/**
 * An hour of a studio that is used all the time while it trains: neither it nor the training process may hold more memory at
 * the end than after its first ten minutes. UNDERSTUDY_SOAK_MINUTES asks for another time.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { Random } from '../../../core/random.ts'
import { webSocketPort } from '../../../core/studio/transports/websocket.ts'
import { startStudio } from '../../e2e/studio.ts'
import { figure } from '../../figures.ts'
import { enter, openSocket } from '../../studio/browser-client.ts'
import { TestPage } from '../../studio/support.ts'
import { type Door, round } from './day.ts'

const MINUTES = Number(process.env.UNDERSTUDY_SOAK_MINUTES ?? 60)
const SECONDS = 60 * MINUTES
/** Of which the first sixth is for getting warm, and the rest is looked at in five parts. */
const WARM_SECONDS = SECONDS / 6
const PARTS = 5
const PAUSE_MS = 1_000
const SAMPLE_MS = 2_000
const MOST_GROWTH = 1.1

/** With a replay buffer that is full after some minutes, as any is at some time. */
const CONFIG = `
behaviors:
  bubble/25:
    trainer_type: sac
    hyperparameters: { batch_size: 64, buffer_size: 20000, buffer_init_steps: 500, steps_per_update: 8 }
    network_settings: { hidden_units: 64, num_layers: 2 }
    max_steps: 1000000000
    summary_freq: 2000
    checkpoint_interval: 20000
    keep_checkpoints: 3
env_settings: { env: bubble/25, num_envs: 8, seed: 1 }
`

interface Sample {
  readonly seconds: number
  readonly bytes: number
}

it.skipIf(process.platform !== 'linux')(
  `holds no more memory after ${MINUTES} minutes than after ${MINUTES / 6}`,
  { timeout: 1000 * (SECONDS + 300) },
  async () => {
    const studio = await startStudio()
    const secret = await enter(studio.address)
    const door = await openDoor(studio.origin, secret)
    await door.page.call('runs.start', { yaml: CONFIG, runId: 'soak', demonstrations: [] })
    const host: Sample[] = []
    const trainer: Sample[] = []
    const began = performance.now()
    const seconds = (): number => (performance.now() - began) / 1000
    const watch = setInterval(() => {
      host.push({ seconds: seconds(), bytes: residentBytes(studio.pid) })
      const training = trainerOf(studio.pid)
      if (training !== undefined) trainer.push({ seconds: seconds(), bytes: residentBytes(training) })
    }, SAMPLE_MS)
    const random = new Random(1)
    let rounds = 0
    try {
      for (; seconds() < SECONDS; rounds++) {
        await round(door, random)
        // A second page comes and goes.
        ;(await openDoor(studio.origin, secret)).page.close()
        await wait(PAUSE_MS)
      }
      const { step, state } = (await door.page.call('runs.list', {})).find(({ id }) => id === 'soak')!
      expect(state).toBe('running')
      figure('soak', MINUTES, 'minutes')
      figure('soak: rounds', rounds, 'rounds')
      figure('soak: steps trained meanwhile', step, 'steps')
    } finally {
      clearInterval(watch)
      door.page.close()
      await studio.stop()
    }
    expect(growth('host', host)).toBeLessThan(MOST_GROWTH)
    expect(growth('trainer', trainer)).toBeLessThan(MOST_GROWTH)
  },
)

async function openDoor(origin: string, secret: string): Promise<Door> {
  const page = new TestPage(webSocketPort(await openSocket(origin, secret)))
  const headers = { origin, authorization: `Bearer ${secret}` }
  return {
    page,
    send: async (name, bytes) => {
      const type = { 'content-type': 'application/octet-stream' }
      const body = new Uint8Array(bytes)
      const answer = await fetch(`${origin}/files`, {
        method: 'POST',
        headers: { ...headers, ...type },
        body,
      })
      return { name, ...((await answer.json()) as { id: string }) }
    },
    fetch: async (id) =>
      new Uint8Array(await (await fetch(`${origin}/files/${id}`, { headers })).arrayBuffer()),
  }
}

/** The largest of the later parts' medians, as a multiple of the first's. */
function growth(name: string, samples: readonly Sample[]): number {
  const width = (SECONDS - WARM_SECONDS) / PARTS
  const medians = Array.from({ length: PARTS }, (_, part) => {
    const from = WARM_SECONDS + part * width
    const within = samples.filter(({ seconds }) => seconds >= from && seconds < from + width)
    expect(within.length, `${name}, part ${part}`).toBeGreaterThan(1)
    return within.map(({ bytes }) => bytes).sort((a, b) => a - b)[Math.floor(within.length / 2)]!
  })
  for (const median of medians) figure(`soak: memory of the ${name}`, median / 2 ** 20, 'MB')
  const most = Math.max(...medians) / medians[0]!
  figure(`soak: growth of the ${name} after it is warm`, most, 'times')
  return most
}

function residentBytes(pid: number): number {
  const [, pages] = readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ').map(Number)
  return pages! * 4096
}

/** The training process among the studio's children. */
function trainerOf(pid: number): number | undefined {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim().split(' ').filter(Boolean),
  )
  const found = children.find((child) => commandOf(child).includes('train/process'))
  return found === undefined ? undefined : Number(found)
}

/** '' when it has ended meanwhile. */
function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}
