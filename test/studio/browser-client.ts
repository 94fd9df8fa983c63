/** What a page in the browser does to be let in. */
import { once } from 'node:events'
import WebSocket from 'ws'

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
