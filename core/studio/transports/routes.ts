/** What the studio answers over HTTP: the built page, the exchange of a key for the secret, and files. */
import { readFile } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { join, sep } from 'node:path'
import serveStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { UserError } from '../../errors.ts'
import type { Access } from '../access.ts'
import type { FileExchange } from '../file-exchange.ts'
import { transferId } from '../protocol.ts'
import {
  type AllowedHosts,
  contentSecurityPolicy,
  newNonce,
  securityHeaders,
  withNonce,
} from '../security.ts'

/** For a person whose browser came by a name that nobody has allowed. */
const UNKNOWN_NAME = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Understudy</title>
<h1>The studio does not answer to this name</h1>
<p>Open the address that it printed when it was started: it begins with the name or number that it goes by, and ends in
<code>#open=</code> and a long key.</p>
<p>To reach it by the name that is in your address bar, as through a tunnel or a container, start it with
<code>--allow-host NAME:PORT</code>.</p>
</html>
`

/** Refuses whoever comes under another name or from another page, before anything else is looked at. */
export function guard(server: FastifyInstance, hosts: () => AllowedHosts): void {
  // The only body that is taken is a file's, and only from who has shown the secret.
  server.removeAllContentTypeParsers()
  server.addContentTypeParser('application/octet-stream', (_request, body, done) => done(null, body))
  server.addHook('onRequest', async ({ method, headers }, reply) => {
    reply.headers(securityHeaders)
    // A body that is not wanted is not waited for: the connection ends with the answer. See `files` for the one that is.
    const reads = method === 'GET' || method === 'HEAD'
    if (!reads) reply.header('connection', 'close')
    const fromPage = headers.origin === undefined ? reads : hosts().allowsOrigin(headers.origin)
    if (hosts().allowsHost(headers.host) && fromPage) return
    const forPerson = method === 'GET' && headers.accept?.includes('text/html') === true
    if (!forPerson) return reply.code(403).type('text/plain').send('Forbidden')
    reply.header('content-security-policy', contentSecurityPolicy(newNonce()))
    return reply.code(403).type('text/html; charset=utf-8').send(UNKNOWN_NAME)
  })
}

export function servePage(server: FastifyInstance, pageDirectory: string): void {
  for (const path of ['/', '/index.html']) {
    server.get(path, async ({ headers: { host } }, reply) => {
      const nonce = newNonce()
      const html = await readFile(join(pageDirectory, 'index.html'), 'utf8')
      const connect = [`ws://${host}`, `wss://${host}`]
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

/** POST /session with a key, or with the secret itself, as bearer: 200 with the secret, or 401. */
export function serveSession(server: FastifyInstance, access: Access): void {
  server.post('/session', async (request, reply) => {
    const secret = access.admit(bearer(request))
    reply.header('cache-control', 'no-store')
    if (secret === null) return reply.code(401).send({ error: 'unknown key' })
    return { secret }
  })
}

/** GET /address with the secret as bearer: the address that lets a page in, for the person's second terminal. */
export function serveAddress(server: FastifyInstance, access: Access, origin: () => string): void {
  server.get('/address', async (request, reply) => {
    reply.header('cache-control', 'no-store').type('text/plain')
    if (!access.knows(bearer(request))) return reply.code(401).send('unknown secret')
    return access.addressAt(origin())
  })
}

/** POST /files takes one in, GET /files/ID gives one out; both with the secret as bearer. */
export function serveFiles(server: FastifyInstance, access: Access, exchange: FileExchange): void {
  const admitted = async (request: FastifyRequest, reply: FastifyReply) => {
    if (!access.knows(bearer(request))) return reply.code(401).send({ error: 'unknown secret' })
  }
  server.post('/files', { onRequest: admitted }, async (request, reply) => {
    const body = request.body as IncomingMessage | undefined
    if (body === undefined) return reply.code(400).send({ error: 'there is no file' })
    const length = request.headers['content-length']
    try {
      return { id: await exchange.receive(body, length === undefined ? null : Number(length)) }
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      return reply.code(413).send({ error: error.message, remedy: error.remedy ?? null })
    }
  })
  server.get<{ Params: { id: string } }>('/files/:id', { onRequest: admitted }, async (request, reply) => {
    const id = transferId.safeParse(request.params.id)
    const file = id.success ? await exchange.send(id.data) : null
    if (file === null) return reply.code(404).send({ error: 'there is no such file' })
    return reply
      .type('application/octet-stream')
      .header('content-length', file.bytes)
      .header('content-disposition', 'attachment')
      .header('cache-control', 'no-store')
      .send(file.content)
  })
}

function bearer({ headers }: FastifyRequest): string | undefined {
  return /^Bearer (\S+)$/.exec(headers.authorization ?? '')?.[1]
}
