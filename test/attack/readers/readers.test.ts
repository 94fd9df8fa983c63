/** Crafted files and configurations, sent to a real studio: each is refused with a sentence, and nobody else notices. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { figure } from '../../figures.ts'
import { BOMBS, yamls } from './bombs/index.ts'
import { temporaryFolder } from './folder.ts'
import { MeasuredHost } from './measured-host.ts'

const MB = 2 ** 20
/** The bars: of the studio's own process, its loop and its memory. */
const LONGEST_STOP_MS = 100
const MOST_BYTES = 256 * MB

let host: MeasuredHost
let smallest = Number.POSITIVE_INFINITY
let crafted = 0

beforeAll(async () => {
  host = await MeasuredHost.open(temporaryFolder())
  // What is loaded at the first file is not the fault of any.
  await host.page.call('demonstrations.import', { files: [await host.send('warm.npz', Buffer.from('x'))] })
})
afterAll(() => {
  host.close()
  figure('crafted files', crafted, 'files')
  figure('bytes of the smallest bomb', smallest, 'bytes')
})

function note({ stoppedMs, busyMs, bytes }: { stoppedMs: number; busyMs: number; bytes: number }): void {
  crafted++
  figure("longest stop of the studio's loop", stoppedMs, 'ms')
  figure("longest stop of the studio's loop, in processor time", busyMs, 'ms')
  figure("memory of the studio's own process beyond its own", bytes / MB, 'MB')
  expect(busyMs).toBeLessThan(LONGEST_STOP_MS)
  expect(bytes).toBeLessThan(MOST_BYTES)
}

describe('a crafted file', () => {
  it.each(BOMBS.map((bomb) => [bomb.name, bomb] as const))('%s', async (name, bomb) => {
    const bytes = new Uint8Array(await bomb.make())
    smallest = Math.min(smallest, bytes.length)
    const file = await host.send(name, bytes)
    const { result, childSeconds, ...measured } = await host.during(() =>
      host.page.call('demonstrations.import', { files: [file] }),
    )
    expect(result).toHaveLength(1)
    expect(result[0]!.ids).toEqual([])
    expect(result[0]!.error?.message).toMatch(bomb.says)
    if (!Number.isNaN(childSeconds)) figure('processor time of a crafted file at most', childSeconds, 's')
    note(measured)
  })

  it('leaves nothing in the library', async () => {
    expect(await host.page.call('demonstrations.list', {})).toHaveLength(21)
  })
})

describe('a crafted configuration', () => {
  it.each(yamls.map((yaml) => [yaml.name, yaml] as const))('%s', async (_, { text, says }) => {
    smallest = Math.min(smallest, text.length)
    const { result, ...measured } = await host.during(() =>
      host.page.refusal('runs.start', { yaml: text, runId: 'bomb', name: 'bomb', demonstrations: [] }),
    )
    expect(result.kind).not.toBe('bug')
    expect(result.message).toMatch(says)
    note(measured)
  })
})
