/** One WebSocket per page. Its opening carries the secret as a subprotocol, the one header that a page may choose. */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Port } from '../../train/port.ts'
import type { Access } from '../access.ts'
import { maxFrameBytes } from '../protocol.ts'
import type { AllowedHosts } from '../security.ts'

export const SUBPROTOCOL = 'understudy'
const PATH = '/port'
const MOST_PAGES = 64
/** What may wait for a page that does not read. */
const UNREAD_BYTES = 2 * maxFrameBytes
const PING_MS = 20_000
const CLOSE_MS = 500

export interface PageSockets {
  /** Answers a request to change to a WebSocket: with one, or with a refusal. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  close(): void
}

interface PageSocketOptions {
  /** Called with every page that has shown the secret. */
  readonly connect: (port: Port) => void
  readonly pingMs?: number
}

export function pageSockets(
  access: Access,
  hosts: () => AllowedHosts,
  { connect, pingMs = PING_MS }: PageSocketOptions,
): PageSockets {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: maxFrameBytes,
    perMessageDeflate: false,
    handleProtocols: () => SUBPROTOCOL,
  })
  const refuse = (request: IncomingMessage): string | null => {
    const { host, origin, 'sec-websocket-protocol': offered = '' } = request.headers
    if (request.url !== PATH) return '404 Not Found'
    if (!hosts().allowsHost(host) || !hosts().allowsOrigin(origin)) return '403 Forbidden'
    const [name, secret, ...more] = offered.split(',').map((protocol) => protocol.trim())
    if (name !== SUBPROTOCOL || more.length > 0 || !access.knows(secret)) return '401 Unauthorized'
    return sockets.clients.size < MOST_PAGES ? null : '503 Service Unavailable'
  }
  const silent = new Set<WebSocket>()
  const pings = setInterval(() => {
    for (const socket of sockets.clients) {
      // Nothing has come since the last time: the page, or what lies between, is gone.
      if (silent.has(socket)) socket.terminate()
      silent.add(socket)
      socket.ping()
    }
  }, pingMs).unref()
  sockets.on('connection', (socket) => {
    for (const sign of ['pong', 'message'] as const) socket.on(sign, () => silent.delete(socket))
    socket.once('close', () => silent.delete(socket))
    connect(webSocketPort(socket))
  })
  return {
    upgrade: (request, socket, head) => {
      // From here on the HTTP server looks after errors of this socket no more, and one without a listener would end the
      // process.
      socket.on('error', () => socket.destroy())
      const refusal = refuse(request)
      if (refusal === null) {
        sockets.handleUpgrade(request, socket, head, (page) => sockets.emit('connection', page, request))
      } else {
        const answer = `HTTP/1.1 ${refusal}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`
        // Ended alone, it would stay open for as long as the other side likes.
        socket.end(answer, () => socket.destroy())
      }
    },
    close: () => {
      clearInterval(pings)
      for (const socket of sockets.clients) {
        socket.close(1001, 'the studio is closing')
        setTimeout(() => socket.terminate(), CLOSE_MS).unref()
      }
      sockets.close()
    },
  }
}

/** A Port over one WebSocket of either end. Text messages become empty frames, which are answered as unreadable. */
export function webSocketPort(socket: WebSocket): Port {
  // An error (a frame too large, a reset connection) is always followed by the close event, which is what counts.
  socket.on('error', () => undefined)
  return {
    post: (message) => {
      if (socket.readyState !== socket.OPEN) return
      socket.send(message)
      // A page that has gone to sleep reads everything anew when it comes back.
      if (socket.bufferedAmount > UNREAD_BYTES) socket.terminate()
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
