import { openSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import { DriverChannel, WorkerLost } from '../../core/cluster/driver-channel.ts'
import { temporaryDirectory } from '../store/support.ts'

const [CALL, LOST] = [2, 3]

function frame(worker: number, kind: number, body: Uint8Array): Buffer {
  const head = Buffer.alloc(9)
  head.writeUInt32LE(body.length, 0)
  head.writeUInt32LE(worker, 4)
  head[8] = kind
  return Buffer.concat([head, body])
}

function open() {
  const input = new PassThrough()
  const channel = new DriverChannel(input, openSync(join(temporaryDirectory(), 'requests'), 'w'))
  return { input, channel }
}

it.each([1, 8, 9, 10, 1000])('answers find who asked, in pieces of %i bytes', async (size) => {
  const { input, channel } = open()
  const asked = [0, 1, 0].map((worker) => channel.call(worker, new Uint8Array(1)))
  const answers = Buffer.concat([
    frame(1, CALL, Buffer.from('of the other')),
    frame(0, CALL, Buffer.alloc(0)),
    frame(0, CALL, Buffer.from('second')),
  ])
  for (let at = 0; at < answers.length; at += size) input.write(answers.subarray(at, at + size))
  const texts = (await Promise.all(asked)).map((bytes) => Buffer.from(bytes).toString())
  expect(texts).toEqual(['', 'of the other', 'second'])
  channel.close()
})

it('a large answer in small pieces takes no longer than its bytes', async () => {
  const { input, channel } = open()
  const asked = channel.call(0, new Uint8Array(1))
  const answer = frame(0, CALL, Buffer.alloc(16 * 2 ** 20, 7))
  const began = process.cpuUsage()
  for (let at = 0; at < answer.length; at += 16_384) input.write(answer.subarray(at, at + 16_384))
  expect((await asked).length).toBe(16 * 2 ** 20)
  // Put together anew with each piece, it would be 8 GB.
  expect(process.cpuUsage(began).user / 1000).toBeLessThan(1_000)
  channel.close()
})

it('who asked a worker that is lost, or a driver, hears so', async () => {
  const { input, channel } = open()
  const [lost, left] = [channel.call(0, new Uint8Array(1)), channel.call(1, new Uint8Array(1))]
  input.write(frame(0, LOST, Buffer.from('it has ended')))
  await expect(lost).rejects.toThrow(new WorkerLost('it has ended'))
  input.end()
  await expect(left).rejects.toThrow('the driver of the job has ended')
})
