/**
 * A policy over HTTP, by the contract of SageMaker's containers: GET /ping answers 200 at once, POST /invocations takes
 * observations and gives actions. Nothing is kept between requests: what a policy with memory remembers goes out with
 * the answer and comes back with the next request.
 */
import type { AddressInfo } from 'node:net'
import createServer, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { EnvironmentSpec } from '../envs/index.ts'
import { UserError } from '../errors.ts'
import type { Policy } from '../evaluate/index.ts'
import type { Random } from '../random.ts'
import { explainSystemError } from '../system-errors.ts'
import { Batcher } from './batcher.ts'
import { RequestError, readInvocation, writeActions } from './invocation.ts'
import { MEDIA, MEDIA_NAMES, type Media, mediaFor } from './media.ts'
import { serverLimits, Traffic, type TrafficLimits } from './traffic.ts'

/** Of all requests together that a batch transform has under way, by its rules. */
const TRANSFORM_MB = 100

export interface EndpointOptions extends TrafficLimits {
  readonly spec: EnvironmentSpec
  readonly policy: Policy
  readonly host: string
  /** 0 takes a free port. */
  readonly port: number
  /** What a request that does not say gets. */
  readonly deterministic: boolean
  /** Draws sampled actions where the file leaves that to us. */
  readonly random: Random
  /** Told of every error that is no fault of a client's. */
  readonly onBug: (error: unknown) => void
}

export interface Endpoint {
  /** 'http://127.0.0.1:8080' */
  readonly address: string
  /** Takes no more requests, answers those that have arrived whole, then closes. */
  close(): Promise<void>
}

/** @throws UserError when the port is taken or not allowed */
export async function openEndpoint(options: EndpointOptions): Promise<Endpoint> {
  const { host, port } = options
  const server = createServer({ logger: false, ...serverLimits(options) })
  for (const type of MEDIA.keys()) {
    server.removeContentTypeParser(type)
    server.addContentTypeParser(type, { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  }
  server.removeContentTypeParser('text/plain')
  server.setErrorHandler((error: unknown, _request, reply) => answerError(error, reply, options.onBug))
  server.setNotFoundHandler(answerUnknown)
  const traffic = new Traffic(server, '/invocations', options)
  route(server, options)
  try {
    await server.listen({ host, port })
  } catch (error) {
    throw portProblem(error, host, port)
  }
  const bound = server.server.address() as AddressInfo
  const name = bound.family === 'IPv6' ? `[${bound.address}]` : bound.address
  return {
    address: `http://${name}:${bound.port}`,
    close: () => {
      const closed = server.close()
      traffic.close()
      return closed
    },
  }
}

function route(server: FastifyInstance, options: EndpointOptions): void {
  const { spec, policy } = options
  const batcher = new Batcher(spec, policy, options.random)
  server.get('/ping', () => ({
    status: 'ready',
    environment: spec.id,
    observations: spec.observations.map(({ name, shape }) => ({ name, shape })),
    action: { continuous: spec.action.continuous, discrete: spec.action.discrete },
    memory: policy.memorySize,
  }))
  server.get('/execution-parameters', () => transformParameters(options))
  server.post('/invocations', async (request, reply) => {
    const own = mediaOf(request)
    const media = mediaFor(request.headers.accept, own)
    const body = own.read(request.body as Uint8Array)
    const invocation = readInvocation(spec, policy, body)
    const { deterministic = options.deterministic } = invocation
    if (deterministic ? !policy.canBeDeterministic : !policy.canSample) {
      throw new RequestError(400, `this policy can only ${deterministic ? 'sample' : 'be deterministic'}`)
    }
    const actions = await batcher.act(invocation, deterministic)
    return reply.type(media.type).send(media.write(writeActions(spec, invocation, actions)))
  })
}

/** How a batch transform of SageMaker is to ask. */
function transformParameters({ maxBody, maxConcurrency }: TrafficLimits): object {
  const megabytes = Math.min(TRANSFORM_MB, Math.max(1, Math.floor(maxBody / 2 ** 20)))
  return {
    MaxConcurrentTransforms: Math.min(maxConcurrency, Math.floor(TRANSFORM_MB / megabytes)),
    // A body holds as many observations as somebody has put there: it is no list of lines that could be joined.
    BatchStrategy: 'SINGLE_RECORD',
    MaxPayloadInMB: megabytes,
  }
}

function mediaOf({ headers }: FastifyRequest): Media {
  const [name = ''] = (headers['content-type'] ?? '').split(';')
  const type = name.trim().toLowerCase()
  const media = MEDIA.get(type)
  if (media !== undefined) return media
  throw new RequestError(415, `the body must be ${MEDIA_NAMES}, not ${type || 'untyped'}`)
}

const METHODS = new Map([
  ['/ping', 'GET, HEAD'],
  ['/execution-parameters', 'GET, HEAD'],
  ['/invocations', 'POST'],
])

function answerUnknown(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const [path = ''] = request.url.split('?')
  const allowed = METHODS.get(path)
  if (allowed === undefined) {
    return reply.code(404).send({ error: 'use GET /ping or POST /invocations' })
  }
  return reply
    .code(405)
    .header('allow', allowed)
    .send({ error: `${path} takes only ${allowed}` })
}

function answerError(error: unknown, reply: FastifyReply, onBug: (error: unknown) => void): FastifyReply {
  const { message, statusCode } = error as { message: string; statusCode?: number }
  if (error instanceof RequestError) return reply.code(error.status).send({ error: message })
  // The policy answered what is no action: nothing is wrong with this program or the request.
  if (error instanceof UserError) return reply.code(500).send({ error: message })
  if (statusCode === 413) {
    return reply.code(413).header('connection', 'close').send({ error: 'the body is too large' })
  }
  if (statusCode === 415) {
    return reply.code(415).send({ error: `the body must be ${MEDIA_NAMES}` })
  }
  if (statusCode !== undefined && statusCode < 500) return reply.code(statusCode).send({ error: message })
  onBug(error)
  return reply.code(500).send({ error: 'internal error' })
}

function portProblem(error: unknown, host: string, port: number): unknown {
  return explainSystemError(error, `cannot listen on ${host}:${port}`, {
    remedy: 'choose another with --port or --host',
  })
}
