/** The studio in a browser: the built page over HTTP and one WebSocket per page, on 127.0.0.1 only. */
import { readFile } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, sep } from 'node:path'
import type { Duplex } from 'node:stream'
import serveStatic from '@fastify/static'
import createServer, { type FastifyInstance } from 'fastify'
import { type WebSocket, WebSocketServer } from 'ws'
import { explainSystemError } from '../../system-errors.ts'
import type { Port } from '../../train/port.ts'
import { maxFrameBytes } from '../protocol.ts'
import {
  allowedHosts,
  contentSecurityPolicy,
  hostAllowed,
  newNonce,
  newToken,
  originAllowed,
  securityHeaders,
  tokenMatches,
  withNonce,
} from '../security.ts'

export interface ListenOptions {
  /** 0 takes a free port. */
  readonly port: number
  /** The built page: index.html and assets/. */
  readonly pageDirectory: string
  /** Called with every page that connects. */
  readonly connect: (port: Port) => void
}

export interface Listening {
  /** With the token; whoever has it may use the studio. */
  readonly address: string
  readonly port: number
  readonly token: string
  close(): Promise<void>
}

/** @throws UserError when the port is taken or not allowed */
export async function listen(options: ListenOptions): Promise<Listening> {
  const token = newToken()
  const server = createServer({ logger: false, forceCloseConnections: true })
  const sockets = new WebSocketServer({ noServer: true, maxPayload: maxFrameBytes, perMessageDeflate: false })
  const boundPort = () => (server.server.address() as AddressInfo).port
  servePage(server, options.pageDirectory, boundPort)
  server.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // From here on the HTTP server looks after errors of this socket no more, and one without a listener would end the
    // process.
    socket.on('error', () => socket.destroy())
    const refusal = refuse(request, boundPort(), token)
    if (refusal !== null) {
      socket.end(`HTTP/1.1 ${refusal}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
      return
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) => options.connect(webSocketPort(webSocket)))
  })
  try {
    await server.listen({ host: '127.0.0.1', port: options.port })
  } catch (error) {
    throw portProblem(error, options.port)
  }
  const port = boundPort()
  return {
    address: `http://127.0.0.1:${port}/?token=${token}`,
    port,
    token,
    close: async () => {
      for (const socket of sockets.clients) socket.close(1001, 'the studio is closing')
      const terminate = setTimeout(() => {
        for (const socket of sockets.clients) socket.terminate()
      }, 500)
      sockets.close()
      await server.close()
      clearTimeout(terminate)
    },
  }
}

function servePage(server: FastifyInstance, pageDirectory: string, boundPort: () => number): void {
  server.addHook('onRequest', async (request, reply) => {
    reply.headers(securityHeaders)
    if (!hostAllowed(request.headers.host, boundPort())) {
      return reply.code(403).type('text/plain').send('Forbidden')
    }
  })
  for (const path of ['/', '/index.html']) {
    server.get(path, async (_request, reply) => {
      const nonce = newNonce()
      const html = await readFile(join(pageDirectory, 'index.html'), 'utf8')
      const connect = allowedHosts(boundPort()).map((host) => `ws://${host}`)
      return reply
        .type('text/html; charset=utf-8')
        .header('content-security-policy', contentSecurityPolicy(nonce, connect))
        .header('cache-control', 'no-store')
        .send(withNonce(html, nonce))
    })
  }
  server.register(serveStatic, {
    root: pageDirectory,
    index: false,
    dotfiles: 'ignore',
    cacheControl: false,
    setHeaders: (response, path) => {
      // Names below assets/ carry a hash of their content.
      const lasting = path.includes(`${sep}assets${sep}`)
      response.header('cache-control', lasting ? 'public, max-age=31536000, immutable' : 'no-cache')
    },
  })
}

/** The status line that refuses a handshake, or null when it may go on. */
function refuse(request: IncomingMessage, port: number, token: string): string | null {
  const url = URL.parse(request.url ?? '', 'http://127.0.0.1')
  if (url?.pathname !== '/port') return '404 Not Found'
  if (!hostAllowed(request.headers.host, port)) return '403 Forbidden'
  if (!originAllowed(request.headers.origin, port)) return '403 Forbidden'
  if (!tokenMatches(url.searchParams.get('token'), token)) return '401 Unauthorized'
  return null
}

/** A Port over one WebSocket of either end. Text messages become empty frames, which are answered as unreadable. */
export function webSocketPort(socket: WebSocket): Port {
  // An error (a frame too large, a reset connection) is always followed by the close event, which is what counts.
  socket.on('error', () => undefined)
  return {
    post: (message) => {
      if (socket.readyState === socket.OPEN) socket.send(message)
    },
    onMessage: (listener) => {
      socket.on('message', (data, isBinary) => listener(isBinary ? toBytes(data) : new Uint8Array()))
    },
    close: () => socket.close(),
    onClose: (listener) => {
      socket.on('close', () => listener())
    },
  }
}

function toBytes(data: Buffer | ArrayBuffer | Buffer[]): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data)
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data
}

function portProblem(error: unknown, port: number): unknown {
  return explainSystemError(error, `the studio cannot listen on port ${port}`, {
    remedy: 'choose another with --port, or leave it out to take a free one',
  })
}
