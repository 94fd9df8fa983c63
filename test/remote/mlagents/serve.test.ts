import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { COMMAND, STATUS } from '../../../core/remote/mlagents/messages.ts'
import { serveMlAgents } from '../../../core/remote/mlagents/serve.ts'
import { Session } from '../../../core/remote/mlagents/session.ts'
import { startTrainer, type TestTrainer } from './trainer.ts'

const BEHAVIOUR = 'Basic?team=0'
const trainers: TestTrainer[] = []
afterEach(() => {
  for (const trainer of trainers.splice(0)) trainer.kill()
})

const session = () => new Session({ environment: 'basic', parameters: {}, agents: 1 })

function serve(port: number, options: { waitSeconds?: number; signal?: AbortSignal } = {}) {
  const { waitSeconds = 20, signal = new AbortController().signal } = options
  return serveMlAgents(session(), { port, waitSeconds, signal })
}

/** A trainer that has been shown the first agent. */
async function begin(signal?: AbortSignal) {
  const trainer = await startTrainer()
  trainers.push(trainer)
  const served = serve(trainer.port, signal === undefined ? {} : { signal })
  served.catch(() => {})
  const hello = await trainer.next()
  expect(hello.output!.initialization!.communicationVersion).toBe('1.5.0')
  trainer.input({ initialization: { communicationVersion: '1.5.0', seed: 1 } })
  expect((await trainer.next()).output).toBeNull()
  trainer.input({ rl: { command: COMMAND.reset } })
  const { output } = await trainer.next()
  expect(output!.initialization!.brainParameters.map(({ name }) => name)).toEqual([BEHAVIOUR])
  return { trainer, served }
}

const act = (trainer: TestTrainer, index: number) =>
  trainer.input({ rl: { agentActions: { [BEHAVIOUR]: { value: [{ discrete: [index] }] } } } })

describe('serving a trainer', () => {
  it('plays until the trainer says goodbye', async () => {
    const { trainer, served } = await begin()
    let episodes = 0
    for (let step = 0; step < 21; step++) {
      act(trainer, 2)
      const infos = (await trainer.next()).output!.rl!.agentInfos[BEHAVIOUR]!.value
      episodes += infos.filter(({ done }) => done).length
    }
    expect(episodes).toBe(3)
    trainer.answer({ header: { status: STATUS.goodbye } })
    expect(await served).toBe('goodbye')
  })

  it('notices that the trainer has died', async () => {
    const { trainer, served } = await begin()
    trainer.kill()
    expect(await served).toBe('gone')
  })

  it('tells the trainer why it cannot go on', async () => {
    const { trainer, served } = await begin()
    act(trainer, 3)
    const { header, output } = await trainer.next()
    expect(header!.status).toBe(STATUS.goodbye)
    expect(header!.message).toMatch(/expected 0 to 2, found 3/)
    expect(output).toBeNull()
    await expect(served).rejects.toThrow(/expected 0 to 2, found 3/)
  })

  it('says goodbye when it is stopped', async () => {
    const abort = new AbortController()
    const { trainer, served } = await begin(abort.signal)
    abort.abort(new Error('stopped'))
    const { header } = await trainer.next()
    expect(header).toMatchObject({ status: STATUS.goodbye, message: 'stopped' })
    await expect(served).rejects.toThrow('stopped')
  })

  it('waits for a trainer only so long', async () => {
    const trainer = await startTrainer()
    trainer.kill()
    await expect(serve(trainer.port, { waitSeconds: 1 })).rejects.toThrow(
      `no trainer was listening on localhost:${trainer.port} within 1 s`,
    )
  })

  it('stops waiting when it is told to', async () => {
    const trainer = await startTrainer()
    trainer.kill()
    const signal = AbortSignal.timeout(200)
    await expect(serve(trainer.port, { waitSeconds: 600, signal })).rejects.toMatchObject({
      name: 'TimeoutError',
    })
  })

  it('is not deceived by something else that listens', async () => {
    const other = createServer((_, response) => response.end('hello')).listen(0, '127.0.0.1')
    try {
      await new Promise((resolve) => other.once('listening', resolve))
      const { port } = other.address() as AddressInfo
      await expect(serve(port, { waitSeconds: 1 })).rejects.toThrow(/no trainer was listening/)
    } finally {
      other.close()
    }
  })
})
