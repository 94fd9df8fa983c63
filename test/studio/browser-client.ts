/** What a page in the browser does to be let in. */
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import WebSocket from 'ws'
import { webSocketPort } from '../../core/studio/transports/websocket.ts'
import { startUnderstudy } from '../cli/support.ts'
import { TestPage } from './support.ts'

/** The answer to a key or a secret at `/session`. */
export async function showKey(origin: string, key: string): Promise<{ status: number; secret?: string }> {
  const response = await fetch(`${origin}/session`, {
    method: 'POST',
    headers: { origin, authorization: `Bearer ${key}` },
  })
  const body = (await response.json()) as { secret?: string }
  return { status: response.status, ...body }
}

/** @param address  'http://127.0.0.1:4400/#open=KEY' @returns the person's secret */
export async function enter(address: string): Promise<string> {
  const { origin, hash } = new URL(address)
  const { secret } = await showKey(origin, hash.replace('#open=', ''))
  if (secret === undefined) throw new Error(`not let in with ${hash}`)
  return secret
}

export async function openSocket(origin: string, secret: string): Promise<WebSocket> {
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/port`, ['understudy', secret], { origin })
  await once(socket, 'open')
  return socket
}

export interface Started {
  readonly child: ChildProcess
  readonly address: URL
  /** The person's secret. */
  readonly secret: string
  readonly page: TestPage
  /** What it wrote to stderr so far. */
  readonly notes: string[]
}

/** `understudy studio` as a process of its own, with a page that has been let in. */
export async function startStudioProcess(directory: string, ...options: string[]): Promise<Started> {
  const child = startUnderstudy(directory, 'studio', '--browser', '--no-open', '--json', ...options)
  const notes: string[] = []
  child.stderr.on('data', (chunk) => notes.push(String(chunk)))
  const [line] = await once(createInterface({ input: child.stdout }), 'line')
  const message = JSON.parse(line)
  if (message.event !== 'listening') throw new Error(`not listening: ${line}`)
  const address = new URL(message.address)
  const secret = await enter(address.href)
  const page = new TestPage(webSocketPort(await openSocket(address.origin, secret)))
  return { child, address, secret, page, notes }
}
