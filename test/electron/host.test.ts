import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { HostProcess } from '../../electron/host.ts'
import { FakePort, FakeProcess } from './fakes.ts'

let processes: FakeProcess[]
let fatal: string[]
let host: HostProcess

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  processes = []
  fatal = []
  host = new HostProcess({
    dataDirectory: '/library',
    hostModule: '/program/host-process.js',
    fork: ((module: string, serviceName: string) => {
      const child = new FakeProcess(module, serviceName)
      processes.push(child)
      return child
    }) as never,
    onFatal: (message) => fatal.push(message),
    log: () => undefined,
  })
})

afterEach(() => vi.useRealTimers())

const forkTrainer = () => {
  const farewell = new Uint8Array([1])
  processes[0]!.says({ kind: 'fork', id: 1, module: '/program/process.js', farewell })
  return { trainer: processes.at(-1)!, farewell }
}

test('a host that dies is started again with growing pauses, three times', () => {
  for (const pauseMs of [500, 1000, 2000]) {
    processes.at(-1)!.exits(1)
    vi.advanceTimersByTime(pauseMs - 1)
    const count = processes.length
    vi.advanceTimersByTime(1)
    expect(processes).toHaveLength(count + 1)
    expect(processes.at(-1)!.kinds()).toEqual(['open'])
  }
  expect(fatal).toEqual([])
  processes.at(-1)!.exits(1)
  vi.advanceTimersByTime(60_000)
  expect(processes).toHaveLength(4)
  expect(fatal).toHaveLength(1)
})

test('a host that died is not started again once the program closes', async () => {
  processes[0]!.exits(1)
  await host.close()
  vi.advanceTimersByTime(60_000)
  expect(processes).toHaveLength(1)
})

test('a page that asks while the host is down is connected to the next one', () => {
  processes[0]!.says({ kind: 'ready' })
  processes[0]!.exits(1)
  const port = new FakePort()
  host.connect(port as never)
  vi.advanceTimersByTime(500)
  expect(processes[1]!.kinds()).toEqual(['open'])
  processes[1]!.says({ kind: 'ready' })
  expect(processes[1]!.received[1]).toEqual({ message: { kind: 'page' }, ports: [port] })
})

test('messages of a training process are passed on both ways', () => {
  const { trainer } = forkTrainer()
  expect([trainer.module, trainer.serviceName]).toEqual(['/program/process.js', 'Understudy trainer'])
  const bytes = new Uint8Array([4])
  processes[0]!.says({ kind: 'to-trainer', id: 1, bytes })
  expect(trainer.received).toEqual([{ message: bytes, ports: [] }])
  trainer.says(bytes)
  trainer.stderr.emit('data', 'out of ')
  trainer.stderr.emit('data', 'memory\n')
  trainer.exits(9)
  const [, ...replies] = processes[0]!.received.map(({ message }) => message)
  expect(replies).toEqual([
    { kind: 'from-trainer', id: 1, bytes },
    { kind: 'trainer-exit', id: 1, code: 9, errorOutput: 'out of memory' },
  ])
})

test('a training process is ended when the host says so', () => {
  const { trainer } = forkTrainer()
  processes[0]!.says({ kind: 'kill', id: 1 })
  expect(trainer.killed).toBe(true)
})

test('when the host dies its trainers are told to write a checkpoint, and ended if they do not', () => {
  const { trainer, farewell } = forkTrainer()
  host.activeRuns = ['first']
  processes[0]!.exits(1)
  expect(host.activeRuns).toEqual([])
  expect(trainer.received).toEqual([{ message: farewell, ports: [] }])
  expect(trainer.killed).toBe(false)
  vi.advanceTimersByTime(20_000)
  expect(trainer.killed).toBe(true)
})

test('the next host hears nothing of trainers that it did not start', () => {
  const { trainer } = forkTrainer()
  processes[0]!.exits(1)
  vi.advanceTimersByTime(500)
  const next = processes.at(-1)!
  trainer.says(new Uint8Array([1]))
  trainer.exits(0)
  expect(next.kinds()).toEqual(['open'])
})

test('closing waits for the host and for every trainer', async () => {
  const { trainer } = forkTrainer()
  let closed = false
  const closing = host.close().then(() => {
    closed = true
  })
  processes[0]!.exits(0)
  for (let i = 0; i < 10; i++) await Promise.resolve()
  expect(closed).toBe(false)
  trainer.exits(0)
  await closing
  vi.advanceTimersByTime(60_000)
  expect(processes).toHaveLength(2)
})
