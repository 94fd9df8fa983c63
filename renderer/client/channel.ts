/** How bytes reach the host: a WebSocket in the browser, a MessagePort in the desktop window. */
import type { portMessage as PortMessage, StudioBridge } from '../../core/studio/protocol.ts'
import { admit, storedSecret } from './session.ts'

export interface Channel {
  post(bytes: Uint8Array): void
  close(): void
}

export interface ChannelListener {
  onOpen(): void
  onMessage(bytes: Uint8Array): void
  onClose(): void
  /** The host lets this page not in; trying again is of no use. */
  onRefused(): void
}

declare global {
  interface Window {
    readonly studio?: StudioBridge
  }
}

// Spelled out, because taking the value from the protocol would bring its schemas and zod into the page.
const portMessage: typeof PortMessage = 'understudy:port'

export function openChannel(listener: ChannelListener): Channel {
  return window.studio === undefined ? openWebSocket(listener) : openMessagePort(window.studio, listener)
}

function openWebSocket(listener: ChannelListener): Channel {
  let socket: WebSocket | undefined
  const open = async () => {
    const outcome = await admit()
    if (outcome === 'refused') return listener.onRefused()
    if (outcome === 'unreachable') return listener.onClose()
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws'
    // Of all headers a page may choose this one alone; an address would be written down in many places.
    socket = new WebSocket(`${scheme}://${location.host}/port`, ['understudy', storedSecret()!])
    socket.binaryType = 'arraybuffer'
    socket.onopen = () => listener.onOpen()
    socket.onmessage = (event) => listener.onMessage(new Uint8Array(event.data as ArrayBuffer))
    socket.onclose = () => listener.onClose()
  }
  void open()
  return {
    post: (bytes) => socket?.send(bytes as Uint8Array<ArrayBuffer>),
    close: () => socket?.close(),
  }
}

function openMessagePort(bridge: StudioBridge, listener: ChannelListener): Channel {
  let port: MessagePort | undefined
  const receive = (event: MessageEvent) => {
    if (event.source !== window || event.data !== portMessage) return
    window.removeEventListener('message', receive)
    port = event.ports[0]
    if (port === undefined) return listener.onClose()
    port.onmessage = (message) => listener.onMessage(message.data as Uint8Array)
    port.addEventListener('close', () => listener.onClose())
    port.start()
    listener.onOpen()
  }
  window.addEventListener('message', receive)
  bridge.requestPort()
  return {
    post: (bytes) => port?.postMessage(bytes),
    close: () => {
      window.removeEventListener('message', receive)
      port?.close()
    },
  }
}
