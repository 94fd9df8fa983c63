/** `app://studio/files`: what pages in the browser reach over HTTP, answered by the main process for its own window. */
import { Readable } from 'node:stream'
import { UserError } from '../core/errors.ts'
import type { FileExchange } from '../core/studio/file-exchange.ts'
import { securityHeaders } from '../core/studio/security.ts'

/** POST takes a file in, GET of its id gives one out; null for every other path. */
export function fileHandler(exchange: FileExchange): (request: Request) => Promise<Response | null> {
  return async (request) => {
    const path = new URL(request.url).pathname
    if (path === '/files' && request.method === 'POST') return receive(exchange, request)
    const id = /^\/files\/([0-9a-f]{32})$/.exec(path)?.[1]
    if (id === undefined || request.method !== 'GET') return null
    const file = await exchange.send(id)
    if (file === null) return Response.json({ error: 'there is no such file' }, { status: 404 })
    const headers = {
      ...securityHeaders,
      'content-type': 'application/octet-stream',
      'cache-control': 'no-store',
    }
    return new Response(Readable.toWeb(file.content) as ReadableStream, { headers })
  }
}

async function receive(exchange: FileExchange, { body }: Request): Promise<Response> {
  try {
    // An empty file has no body.
    return Response.json({ id: await exchange.receive(body ?? Readable.from([]), null) })
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return Response.json({ error: error.message, remedy: error.remedy ?? null }, { status: 413 })
  }
}
