/** The studio in a browser: the built page, files and one WebSocket per page, behind one secret. */
import type { AddressInfo, Socket } from 'node:net'
import createServer, { type FastifyInstance } from 'fastify'
import { UserError } from '../../errors.ts'
import type { Port } from '../../train/port.ts'
import { Access } from '../access.ts'
import type { FileExchange } from '../file-exchange.ts'
import { AllowedHosts, bracketed } from '../security.ts'
import { guard, serveAddress, serveFiles, servePage, serveSession } from './routes.ts'
import { pageSockets } from './websocket.ts'

/** Within which headers must have arrived; a file may take longer, as long as it does not stall. */
const HEADERS_MS = 5_000
const UPLOAD_MS = 30 * 60_000
/** Within which something must happen on a connection. */
const SILENCE_MS = 30_000
const MOST_CONNECTIONS = 512
const CLOSE_MS = 1_000

export interface ListenOptions {
  /** Where to listen; this machine alone reaches 127.0.0.1. */
  readonly host: string
  /** 0 takes a free port. */
  readonly port: number
  /** Names, with or without a port, under which browsers may come besides those of this machine. */
  readonly allowedHosts: readonly string[]
  /** What lets a page in for good. */
  readonly secret: string
  /** The built page: index.html and assets/. */
  readonly pageDirectory: string
  readonly exchange: FileExchange
  /** Called with every page that connects. */
  readonly connect: (port: Port) => void
  /** How often pages are asked for a sign of life. */
  readonly pingMs?: number
}

export interface Listening {
  /** 'http://127.0.0.1:4400', which opens nothing by itself. */
  readonly origin: string
  readonly port: number
  readonly access: Access
  close(): Promise<void>
}

/** @throws UserError when the port is taken or not allowed, or this machine has no such address */
export async function listen(options: ListenOptions): Promise<Listening> {
  const access = new Access(options.secret)
  const server = createServer({
    logger: false,
    bodyLimit: 1,
    requestTimeout: UPLOAD_MS,
    connectionTimeout: SILENCE_MS,
    keepAliveTimeout: HEADERS_MS,
    forceCloseConnections: true,
    http: { headersTimeout: HEADERS_MS, connectionsCheckingInterval: 1_000 },
  })
  const endConnections = trackConnections(server)
  const origin = (): string => {
    const { port } = server.server.address() as AddressInfo
    return `http://${bracketed(reachableAt(options.host))}:${port}`
  }
  let hosts: AllowedHosts | undefined
  const allowed = () => hosts!
  guard(server, allowed)
  servePage(server, options.pageDirectory)
  serveSession(server, access)
  serveAddress(server, access, () => origin())
  serveFiles(server, access, options.exchange)
  const sockets = pageSockets(access, allowed, options)
  server.server.on('upgrade', sockets.upgrade)
  server.server.once('listening', () => {
    const { port } = server.server.address() as AddressInfo
    hosts = new AllowedHosts(options.host, port, options.allowedHosts)
  })
  try {
    await server.listen({ host: options.host, port: options.port })
  } catch (error) {
    sockets.close()
    throw portProblem(error, options)
  }
  const { port } = server.server.address() as AddressInfo
  return {
    origin: origin(),
    port,
    access,
    close: async () => {
      sockets.close()
      const end = setTimeout(endConnections, CLOSE_MS)
      await server.close()
      clearTimeout(end)
    },
  }
}

/** Node forgets the connections that have become WebSockets; closing must not wait for one. */
function trackConnections(server: FastifyInstance): () => void {
  const connections = new Set<Socket>()
  server.server.maxConnections = MOST_CONNECTIONS
  server.server.on('connection', (socket: Socket) => {
    connections.add(socket)
    socket.once('close', () => connections.delete(socket))
  })
  return () => {
    for (const socket of connections) socket.destroy()
  }
}

/** Who listens everywhere is reached from this machine by its own name. */
function reachableAt(host: string): string {
  return { '0.0.0.0': '127.0.0.1', '::': '::1' }[host] ?? host
}

function portProblem(error: unknown, { host, port }: ListenOptions): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'EADDRINUSE') {
    return new UserError(`port ${port} is taken by another program`, {
      remedy: 'choose another with --port, or leave it out to take a free one',
      cause: error,
    })
  }
  if (code === 'EACCES') {
    return new UserError(`port ${port} may not be used by this user`, {
      remedy: 'choose one above 1023',
      cause: error,
    })
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return new UserError(`this machine has no address ${host}`, {
      remedy: 'name one of its own with --host, or 0.0.0.0 for all of them',
      cause: error,
    })
  }
  return error
}
