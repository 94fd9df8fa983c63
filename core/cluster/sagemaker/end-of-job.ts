/**
 * How the other hosts of a job learn that it has ended, and how: a connection to the head, which says every few seconds that it is
 * there, and at the end whether it has failed. Lines of JSON.
 */
import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { z } from 'zod'
import { UserError } from '../../errors.ts'
import { explainSystemError } from '../../system-errors.ts'

/** Beside that of Ray's head, which is 6379. */
const PORT = 6380
const BEAT_MS = 2_000
/** Of a head that works hard it may take a while to hear. */
const SILENCE_MS = 60_000
const RETRY_MS = 500
/** A job may fail before another container has begun. */
const LATE_MS = 30_000
const MOST_LINE = 4_096

const message = z.discriminatedUnion('type', [
  z.object({ type: z.literal('beat') }),
  /** `failed`: the sentence; null when all went well. */
  z.object({ type: z.literal('end'), failed: z.string().nullable() }),
])

/** The head's side. */
export class EndOfJob {
  readonly #server: Server
  readonly #others = new Set<Socket>()
  readonly #beats: NodeJS.Timeout

  private constructor(server: Server) {
    this.#server = server
    server.on('connection', (socket) => {
      this.#others.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => this.#others.delete(socket))
      socket.resume()
      say(socket, { type: 'beat' })
    })
    this.#beats = setInterval(() => {
      for (const socket of this.#others) say(socket, { type: 'beat' })
    }, BEAT_MS).unref()
  }

  /** @throws UserError when the port is taken */
  static async open(host: string, port = PORT): Promise<EndOfJob> {
    const server = createServer()
    const end = new EndOfJob(server)
    server.listen(port, host)
    await once(server, 'listening').catch((error: unknown) => {
      throw explainSystemError(error, `cannot listen on ${host}:${port}`)
    })
    return end
  }

  /**
   * @param failed  the sentence, or null
   * @param count   of the others; whoever is late is waited for, but not for long
   */
  async tell(failed: string | null, count: number): Promise<void> {
    const deadline = Date.now() + LATE_MS
    while (this.#others.size < count && Date.now() < deadline) await wait(RETRY_MS)
    clearInterval(this.#beats)
    const told = [...this.#others].map(async (socket) => {
      const closed = once(socket, 'close')
      say(socket, { type: 'end', failed })
      socket.end()
      await Promise.race([closed, wait(BEAT_MS, undefined, { ref: false })])
      socket.destroy()
    })
    await Promise.all(told)
    this.#server.close()
  }
}

function say(socket: Socket, said: z.infer<typeof message>): void {
  socket.write(`${JSON.stringify(said)}\n`)
}

/**
 * Waits for the head to say that the job has ended.
 * @param limit  milliseconds for the head to be there at all
 * @returns what it has failed of, or null
 * @throws UserError when the head is not there, or says nothing any more
 */
export async function endOfJob(head: string, limit: number, port = PORT): Promise<string | null> {
  const deadline = Date.now() + limit
  for (;;) {
    const heard = await listen(head, port)
    if (heard === 'nobody' && Date.now() < deadline) await wait(RETRY_MS)
    else if (heard === 'nobody') throw new UserError(`the first host, ${head}, is not there`)
    else if (heard === 'lost') throw new UserError(`the first host, ${head}, ended without a word`)
    else return heard.failed
  }
}

async function listen(head: string, port: number): Promise<{ failed: string | null } | 'nobody' | 'lost'> {
  const socket = connect(port, head)
  socket.setTimeout(SILENCE_MS, () => socket.destroy())
  let there = false
  try {
    for await (const line of createInterface(socket)) {
      there = true
      const said = line.length > MOST_LINE ? undefined : message.safeParse(parsed(line)).data
      if (said === undefined)
        throw new UserError(`what answers at ${head}:${port} is not the head of this job`)
      if (said.type === 'end') return { failed: said.failed }
    }
  } catch (error) {
    if (error instanceof UserError) throw error
  } finally {
    socket.destroy()
  }
  return there ? 'lost' : 'nobody'
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
