/** Servers in place of a cluster's dashboard, so that no test needs Ray. */
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { writeLine } from '../../core/cluster/job-lines.ts'
import type { JobMessage } from '../../core/cluster/job-messages.ts'
import type { RayJob } from '../../core/cluster/ray-client.ts'
import { packMessage } from '../../core/msgpack.ts'
import type { TrainerMessage } from '../../core/train/messages.ts'

export interface Asked {
  readonly line: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

type Answer = [status: number, body: string]

/** A server that answers as it is told. */
export async function dashboard(answer: (asked: Asked) => Answer) {
  const asked: Asked[] = []
  const server = serverOf((one) => {
    asked.push(one)
    return answer(one)
  })
  const address = await listen(server, 0)
  onTestFinished(() => void server.close())
  return { asked, address }
}

/** A cluster of one node that does nothing but say what it is told to say of its jobs. */
export class FakeCluster {
  address = ''
  cpus = 3
  /** Its version. */
  ray = '2.60.0'
  /** What is asked of it without the right one is refused; null asks for none. */
  token: string | null = null
  readonly jobs = new Map<string, RayJob>()
  /** Which jobs it was told to stop. */
  readonly stopped: string[] = []
  /** Lines of requests. */
  readonly asked: string[] = []
  readonly #logs = new Map<string, string>()
  readonly #readers = new Map<WebSocket, string>()
  #server: Server | undefined

  /** Once more at the same place after `close`. */
  async open(): Promise<void> {
    const port = this.address === '' ? 0 : Number(new URL(this.address).port)
    const server = serverOf((asked) => this.#answer(asked))
    const sockets = new WebSocketServer({ server })
    sockets.on('connection', (socket, request) => {
      const id = request.url!.split('/').at(-3)!
      this.#readers.set(socket, id)
      socket.on('close', () => this.#readers.delete(socket))
      socket.send(this.#logs.get(id) ?? '')
    })
    this.address = await listen(server, port)
    this.#server = server
  }

  /** Nobody reaches it any more; what it knows it keeps. */
  close(): void {
    for (const socket of this.#readers.keys()) socket.terminate()
    this.#server?.closeAllConnections()
    this.#server?.close()
  }

  /** A job that trains that run. */
  begin(id: string, run: string): void {
    const metadata = { understudy_run: run }
    this.jobs.set(id, { submission_id: id, status: 'RUNNING', metadata })
  }

  /** What the training process of a job says to its owner. */
  say(id: string, ...messages: TrainerMessage[]): void {
    for (const message of messages) this.#tell(id, { type: 'trainer', frame: packMessage(message) })
  }

  end(id: string, status: RayJob['status']): void {
    this.jobs.set(id, { ...this.jobs.get(id)!, status })
    this.#tell(id, { type: 'ended', code: 0 })
    for (const [socket, job] of this.#readers) if (job === id) socket.close(1000)
  }

  #tell(id: string, message: JobMessage): void {
    const line = writeLine(packMessage(message))
    this.#logs.set(id, (this.#logs.get(id) ?? '') + line)
    for (const [socket, job] of this.#readers) if (job === id) socket.send(line)
  }

  #answer({ line, headers }: Asked): Answer {
    this.asked.push(line)
    if (this.token !== null && headers.authorization !== `Bearer ${this.token}`) return [401, 'no token']
    const [, path = ''] = line.split(' ')
    if (path === '/api/version') return json({ ray_version: this.ray })
    if (path.startsWith('/api/v0/nodes')) {
      const node = { node_id: 'a', node_ip: '10.0.0.1', is_head_node: true, state: 'ALIVE' }
      return json({ data: { result: { result: [{ ...node, resources_total: { CPU: this.cpus } }] } } })
    }
    if (path === '/api/cluster_status') {
      const usageByNode = { a: { CPU: [this.jobs.size, this.cpus] } }
      return json({ data: { clusterStatus: { loadMetricsReport: { usageByNode } } } })
    }
    if (path === '/api/jobs/') return json([...this.jobs.values()])
    const [, id = '', stop] = /^\/api\/jobs\/([^/]+)(\/stop)?$/.exec(path) ?? []
    const job = this.jobs.get(id)
    if (job === undefined) return [404, 'no such job']
    if (stop !== undefined) this.stopped.push(id)
    return json(stop === undefined ? job : { stopped: true })
  }
}

function json(value: unknown): Answer {
  return [200, JSON.stringify(value)]
}

function serverOf(answer: (asked: Asked) => Answer): Server {
  return createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const [status, text] = answer({
      line: `${request.method} ${request.url}`,
      headers: request.headers,
      body,
    })
    response.writeHead(status).end(text)
  })
}

async function listen(server: Server, port: number): Promise<string> {
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
