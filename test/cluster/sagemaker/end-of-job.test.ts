import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { EndOfJob, endOfJob } from '../../../core/cluster/sagemaker/end-of-job.ts'

const HERE = '127.0.0.1'

it.each([null, 'memory ran out'])(
  'all hosts hear of the end, also one that comes late: %s',
  async (failed) => {
    const port = await freePort()
    // Before there is anybody to tell it.
    const first = endOfJob(HERE, 10_000, port)
    await wait(100)
    const head = await EndOfJob.open(HERE, port)
    const told = head.tell(failed, 2)
    const second = endOfJob(HERE, 10_000, port)
    expect(await Promise.all([first, second])).toEqual([failed, failed])
    await told
  },
)

it('a head that is not there, goes away, or is none, is no end', async () => {
  const port = await freePort()
  await expect(endOfJob(HERE, 0, port)).rejects.toThrow('the first host, 127.0.0.1, is not there')
  const says = async (text: string): Promise<number> => {
    const server = createServer((socket: Socket) => socket.end(text)).listen(0, HERE)
    onTestFinished(() => void server.close())
    await once(server, 'listening')
    return (server.address() as AddressInfo).port
  }
  await expect(endOfJob(HERE, 0, await says('{"type":"beat"}\n'))).rejects.toThrow('ended without a word')
  await expect(endOfJob(HERE, 0, await says('SSH-2.0\n'))).rejects.toThrow('is not the head of this job')
})

async function freePort(): Promise<number> {
  const server = createServer().listen(0, HERE)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
