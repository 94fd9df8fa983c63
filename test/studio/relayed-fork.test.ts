import { expect, test } from 'vitest'
import { type RelayRequest, relay } from '../../core/studio/relayed-fork.ts'
import { ownerMessage, readMessage } from '../../core/train/messages.ts'
import { openStudio } from './support.ts'

test('messages go both ways and an exit is told once', () => {
  const requests: RelayRequest[] = []
  const { fork, receive } = relay((request) => requests.push(request))
  const first = fork()
  const second = fork()
  const heard: number[][] = []
  const exits: unknown[] = []
  let closed = 0
  first.port.onMessage((bytes) => heard.push([...bytes]))
  first.port.onClose(() => closed++)
  first.onExit((exit) => exits.push(exit))
  second.port.onMessage(() => heard.push([0]))
  first.port.post(new Uint8Array([9, 7, 9]).subarray(1, 2))
  first.kill()
  receive({ kind: 'from-trainer', id: 1, bytes: new Uint8Array([5]) })
  receive({ kind: 'trainer-exit', id: 1, code: 3, errorOutput: 'why' })
  receive({ kind: 'trainer-exit', id: 1, code: 3, errorOutput: 'why' })
  receive({ kind: 'from-trainer', id: 1, bytes: new Uint8Array([6]) })
  expect(heard).toEqual([[5]])
  expect(exits).toEqual([{ code: 3, signal: null, errorOutput: 'why' }])
  expect(closed).toBe(1)
  expect(requests.map(({ kind, id }) => [kind, id])).toEqual([
    ['fork', 1],
    ['fork', 2],
    ['to-trainer', 1],
    ['kill', 1],
  ])
  expect(requests[2]).toMatchObject({ bytes: new Uint8Array([7]) })
})

test('the farewell is what a training process understands as a stop', () => {
  const requests: RelayRequest[] = []
  relay((request) => requests.push(request)).fork()
  const [request] = requests
  if (request?.kind !== 'fork') throw new Error('nothing was forked')
  expect(readMessage(ownerMessage, request.farewell)).toEqual({ type: 'stop' })
  expect(request.module).toMatch(/core\/train\/process\.ts$/)
})

test('a run is shown as failed when its relayed process dies', async () => {
  const requests: RelayRequest[] = []
  const { fork, receive } = relay((request) => requests.push(request))
  const studio = await openStudio(undefined, { fork })
  const yaml = 'behaviors: { basic: { trainer_type: ppo } }\nenv_settings: { env: basic }\n'
  const run = await studio.page.call('runs.start', { yaml, runId: 'a', demonstrations: [] })
  expect(run.state).toBe('running')
  expect(requests.map(({ kind }) => kind)).toEqual(['fork', 'to-trainer'])
  receive({ kind: 'trainer-exit', id: 1, code: 7, errorOutput: '' })
  const failed = await studio.page.event('run.state', ({ state }) => state === 'failed')
  expect(failed.message).toContain('exit code 7')
  await studio.remove()
})
