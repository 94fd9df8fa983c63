import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ComeHome } from '../../core/cluster/come-home.ts'
import { HomeFiles } from '../../core/cluster/home-files.ts'
import type { JobMessage } from '../../core/cluster/job-messages.ts'
import { temporaryDirectory } from '../store/support.ts'

const MB = 2 ** 20

function away(): string {
  const directory = temporaryDirectory()
  mkdirSync(join(directory, 'checkpoints'))
  return directory
}

async function takeIn(directory: string, messages: readonly JobMessage[], fence = () => {}): Promise<void> {
  const home = new ComeHome(directory, fence)
  for (const message of messages) {
    if (message.type === 'file') await home.file(message.path, message.bytes, message.last)
    else if (message.type === 'checkpoints') home.removeOther(message.names)
  }
}

const checkpoints = (directory: string): string[] => readdirSync(join(directory, 'checkpoints')).sort()

it('the files of a run come home whole, each once, and those that are gone there go here', async () => {
  const [there, here] = [away(), temporaryDirectory()]
  const large = Buffer.alloc(200_000, 7)
  const put = (name: string, bytes: Uint8Array) => writeFileSync(join(there, name), bytes)
  put('checkpoints/50.checkpoint', Buffer.from('came along'))
  const messages: JobMessage[] = []
  const files = new HomeFiles(there, 64 * MB, (message) => messages.push(message))
  put('checkpoints/100.checkpoint', Buffer.from('a'))
  put('checkpoints/100.onnx', large)
  put('owner', Buffer.from('secret'))
  put('checkpoints/200.onnx.tmp', Buffer.from('half'))
  files.sendCheckpoint()
  await takeIn(here, messages.splice(0))
  expect(checkpoints(here)).toEqual(['100.checkpoint', '100.onnx'])
  expect(readFileSync(join(here, 'checkpoints/100.onnx')).equals(large)).toBe(true)
  files.sendCheckpoint()
  expect(messages.splice(0).filter(({ type }) => type === 'file')).toEqual([])
  rmSync(join(there, 'checkpoints/100.onnx'))
  put('checkpoints/200.checkpoint', Buffer.from('b'))
  put('agent.onnx', Buffer.from('c'))
  files.sendAll()
  await takeIn(here, messages)
  expect(checkpoints(here)).toEqual(['100.checkpoint', '200.checkpoint'])
  expect(readdirSync(here).sort()).toEqual(['agent.onnx', 'checkpoints'])
})

it('what is heard once more removes nothing that came later', async () => {
  const here = temporaryDirectory()
  const file = (step: number): JobMessage => {
    const path = `checkpoints/${step}.checkpoint`
    return { type: 'file', path, last: true, bytes: Buffer.from('a') }
  }
  const now = (...steps: number[]): JobMessage => {
    return { type: 'checkpoints', names: steps.map((step) => `checkpoints/${step}.checkpoint`) }
  }
  const log = [file(900), now(900), file(1000), now(900, 1000), file(2000), now(1000, 2000)]
  await takeIn(here, log)
  expect(checkpoints(here)).toEqual(['1000.checkpoint', '2000.checkpoint'])
  await takeIn(here, log.slice(0, 3))
  expect(checkpoints(here)).toContain('2000.checkpoint')
  await takeIn(here, log)
  expect(checkpoints(here)).toEqual(['1000.checkpoint', '2000.checkpoint'])
})

it('replay buffers wait for the end where there might not be room for the last, and the newest one comes first', () => {
  const there = away()
  const sent: string[] = []
  const files = new HomeFiles(there, 3 * MB, (message) => {
    if (message.type === 'file' && message.last) sent.push(message.path)
  })
  for (const step of [100, 200]) {
    writeFileSync(join(there, `checkpoints/${step}.replay`), Buffer.alloc(2 * MB))
    writeFileSync(join(there, `checkpoints/${step}.checkpoint`), Buffer.alloc(10))
  }
  files.sendCheckpoint()
  expect(sent.splice(0)).toEqual(['checkpoints/200.checkpoint', 'checkpoints/100.checkpoint'])
  files.sendAll()
  expect(sent).toEqual(['checkpoints/200.replay'])
})

it('what can be gone on from stays while nothing newer can', async () => {
  const here = away()
  const put = (...names: string[]): void => {
    for (const name of names) writeFileSync(join(here, 'checkpoints', name), '')
  }
  put('100.checkpoint', '200.checkpoint', '200.onnx', '200.replay')
  const home = new ComeHome(here, () => {})
  const there = ['checkpoints/300.checkpoint', 'checkpoints/300.replay']
  put('300.checkpoint')
  home.removeOther(there)
  expect(checkpoints(here)).toEqual(['200.checkpoint', '200.onnx', '200.replay', '300.checkpoint'])
  put('300.replay')
  home.removeOther(there)
  expect(checkpoints(here)).toEqual(['300.checkpoint', '300.replay'])
})

it('a run that is longer than there is room for has its newest checkpoint at home nevertheless', async () => {
  const [there, here] = [away(), temporaryDirectory()]
  const messages: JobMessage[] = []
  const files = new HomeFiles(there, MB / 8, (message) => messages.push(message))
  for (let step = 1; step <= 40; step++) {
    writeFileSync(join(there, `checkpoints/${step}.checkpoint`), Buffer.alloc(5000))
    rmSync(join(there, `checkpoints/${step - 2}.checkpoint`), { force: true })
    // It grows for as long as the run goes on.
    writeFileSync(join(there, 'events.out.tfevents.1'), Buffer.alloc(1000 * step))
    files.sendCheckpoint()
    await takeIn(here, messages.splice(0))
    expect(checkpoints(here)).not.toEqual([])
  }
  files.sendAll()
  await takeIn(here, messages)
  expect(checkpoints(here)).toContain('40.checkpoint')
})

it.each([
  '../../library.db',
  'owner',
  'checkpoints/../agent.onnx',
  'elsewhere.json',
  'checkpoints/1.sh',
  '/etc/passwd',
])('a file that no run has is refused: %s', async (path) => {
  const home = new ComeHome(temporaryDirectory(), () => {})
  await expect(home.file(path, new Uint8Array(1), true)).rejects.toThrow('a file that no run has')
})

it('nothing is written once the run is another\u2019s', async () => {
  const here = temporaryDirectory()
  const home = new ComeHome(here, () => {
    throw new Error('it is another\u2019s')
  })
  await expect(home.file('agent.onnx', Uint8Array.of(1), true)).rejects.toThrow('another')
  expect(readdirSync(here)).toEqual([])
})
