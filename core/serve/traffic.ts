/**
 * How much clients may take up: connections, bytes of bodies, requests under way, and time. A slow client holds a
 * connection, never one of the places at the model.
 */
import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { pipeline, Transform } from 'node:stream'
import type { FastifyHttpOptions, FastifyInstance } from 'fastify'
import { RequestError } from './invocation.ts'

/** Seconds after which a client that was turned away may try again. */
const RETRY_AFTER = 1
const HEADERS_MS = 5_000
/** Within which a whole request must have arrived; more where bodies may be so large that this would ask for a fast line. */
const REQUEST_MS = 10_000
const SLOWEST_BYTES_PER_SECOND = 2 ** 20
/** Within which a client must take an answer, and when the endpoint closes. */
const ANSWER_MS = 10_000
const LAST_ANSWER_MS = 1_000
const KEEP_ALIVE_MS = 5_000
/** Of bodies on their way in or being answered; room for the largest one is always there. */
const BODY_BYTES = 2 ** 28
/** So small a body is not worth counting: as many as there are connections do no harm. */
const SMALL_BODY_BYTES = 2 ** 16
const IDLE_CONNECTIONS = 1_024

export interface TrafficLimits {
  /** Largest body, in bytes. */
  readonly maxBody: number
  /** Requests under way at the same time; more are answered 503. */
  readonly maxConcurrency: number
}

/** What Node's server watches over by itself. */
export function serverLimits({ maxBody }: TrafficLimits): FastifyHttpOptions<Server> {
  return {
    bodyLimit: maxBody,
    requestTimeout: Math.max(REQUEST_MS, (1000 * maxBody) / SLOWEST_BYTES_PER_SECOND),
    keepAliveTimeout: KEEP_ALIVE_MS,
    http: { headersTimeout: HEADERS_MS, connectionsCheckingInterval: 500 },
    forceCloseConnections: 'idle',
    return503OnClosing: true,
  }
}

export class Traffic {
  /** What each connection is at. */
  readonly #connections = new Map<Socket, 'reading' | 'working' | 'answering'>()
  readonly #limits: TrafficLimits
  #underWay = 0
  #bodyBytes = 0
  #closing = false

  /** Watches over the route at `path` of a server that was made with `serverLimits`. */
  constructor(server: FastifyInstance, path: string, limits: TrafficLimits) {
    this.#limits = limits
    server.server.maxConnections = limits.maxConcurrency + IDLE_CONNECTIONS
    server.server.on('connection', (socket: Socket) => {
      this.#connections.set(socket, 'reading')
      socket.once('close', () => this.#connections.delete(socket))
    })
    // Hooks with a callback: a promise for each would cost more than all that they do.
    server.addHook('onRequest', ({ routeOptions }, _reply, done) => {
      // Nobody's body is waited for that would be turned away for certain.
      done(routeOptions.url === path ? this.#refusal() : undefined)
    })
    server.addHook('preParsing', (request, reply, body, done) => {
      if (Number(request.headers['content-length']) <= SMALL_BODY_BYTES) return done(null, body)
      const counted = this.#counted(reply.raw)
      pipeline(body, counted, () => undefined)
      done(null, counted)
    })
    server.addHook('preHandler', ({ routeOptions, raw: { socket } }, reply, done) => {
      if (routeOptions.url !== path) return done()
      const refusal = this.#refusal()
      if (refusal !== undefined) return done(refusal)
      this.#underWay++
      this.#connections.set(socket, 'working')
      reply.raw.once('close', () => {
        this.#underWay--
        if (this.#connections.has(socket)) this.#connections.set(socket, 'reading')
      })
      done()
    })
    server.addHook('onSend', ({ raw: { socket } }, reply, payload, done) => {
      // A connection that is kept alive would keep the server from closing.
      if (this.#closing) reply.header('connection', 'close')
      this.#connections.set(socket, 'answering')
      reply.raw.setTimeout(this.#closing ? LAST_ANSWER_MS : ANSWER_MS, () => socket.destroy())
      done(null, payload)
    })
    server.addHook('onError', async (_request, reply, error) => {
      if ((error as { status?: number }).status === 503) reply.header('retry-after', RETRY_AFTER)
    })
  }

  /** Gives up whoever has not sent a whole request yet; those under way are answered, and must take their answers. */
  close(): void {
    this.#closing = true
    for (const [socket, state] of this.#connections) {
      if (state === 'reading') socket.destroy()
      else if (state === 'answering') setTimeout(() => socket.destroy(), LAST_ANSWER_MS).unref()
    }
  }

  #refusal(): RequestError | undefined {
    const { maxConcurrency } = this.#limits
    if (this.#underWay < maxConcurrency) return undefined
    return new RequestError(503, `${maxConcurrency} requests are already being handled`)
  }

  /** Passes a body on and counts what of it has arrived, until its request is answered or given up. */
  #counted(answer: NodeJS.EventEmitter): Transform {
    const most = Math.max(BODY_BYTES, this.#limits.maxBody)
    let own = 0
    answer.once('close', () => {
      this.#bodyBytes -= own
    })
    return new Transform({
      transform: (chunk: Uint8Array, _encoding, done) => {
        own += chunk.length
        this.#bodyBytes += chunk.length
        if (this.#bodyBytes <= most) done(null, chunk)
        else done(new RequestError(503, 'too much is already being received'))
      },
    })
  }
}
