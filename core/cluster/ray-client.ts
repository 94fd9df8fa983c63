/**
 * A Ray cluster as its dashboard offers it: the Jobs interface, packages, and what there is of nodes (Ray 2.60, HTTP on port
 * 8265). Node's `fetch` is of no use here, since the dashboard refuses what looks like a browser.
 */
import { createReadStream } from 'node:fs'
import { type IncomingMessage, type OutgoingHttpHeaders, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import type { Readable } from 'node:stream'
import { WebSocket } from 'ws'
import { z } from 'zod'
import { UserError } from '../errors.ts'
import { printable } from '../printable.ts'
import type { Package } from './package-file.ts'

const versionAnswer = z.object({ ray_version: z.string() })

const jobDetails = z.object({
  submission_id: z.string().nullish(),
  status: z.enum(['PENDING', 'RUNNING', 'STOPPED', 'SUCCEEDED', 'FAILED']),
  message: z.string().nullish(),
  error_type: z.string().nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
  start_time: z.number().nullish(),
  end_time: z.number().nullish(),
  driver_exit_code: z.number().nullish(),
})
export type RayJob = z.infer<typeof jobDetails>

const nodeRow = z.object({
  node_id: z.string(),
  node_ip: z.string(),
  is_head_node: z.boolean().nullish(),
  state: z.string(),
  resources_total: z.record(z.string(), z.number()).nullish(),
})
const nodesAnswer = z.object({ data: z.object({ result: z.object({ result: z.array(nodeRow) }) }) })
export type RayNode = z.infer<typeof nodeRow>

/** What a resource has in use, and what there is of it. */
const use = z.tuple([z.number(), z.number()])
const useOfNode = z.object({ CPU: use.optional() })
const statusAnswer = z.object({
  data: z.object({
    clusterStatus: z
      .object({
        loadMetricsReport: z.object({ usageByNode: z.record(z.string(), useOfNode).nullish() }).nullish(),
      })
      .nullish(),
  }),
})

export interface JobSubmission {
  readonly submissionId: string
  /** A command line, run in the working directory. */
  readonly entrypoint: string
  readonly cpus: number
  readonly runtimeEnv: Readonly<Record<string, unknown>>
  readonly metadata: Readonly<Record<string, string>>
}

/** For an answer to begin; a package that is large is still being sent for longer. */
const ANSWER_MS = 30_000

export class RayClient {
  /** As a person wrote it, without a slash at its end. */
  readonly address: string
  readonly #base: URL
  readonly #token: string | null
  readonly #sending = new Map<string, Promise<void>>()

  /** @throws UserError when the address is none */
  constructor(address: string, token: string | null) {
    this.address = address.replace(/\/+$/, '')
    this.#base = parseAddress(address)
    this.#token = token
  }

  /** @throws UserError as every method here: when the cluster cannot be reached, does not let us in, or says no */
  async version(): Promise<string> {
    return this.#read(versionAnswer, await this.#json('GET', '/api/version')).ray_version
  }

  async nodes(): Promise<RayNode[]> {
    return this.#read(nodesAnswer, await this.#json('GET', '/api/v0/nodes?limit=1000')).data.result.result
  }

  /** Of what is alive. */
  async size(): Promise<{ readonly nodes: number; readonly cpus: number }> {
    const nodes = (await this.nodes()).filter(({ state }) => state === 'ALIVE')
    return {
      nodes: nodes.length,
      cpus: nodes.reduce((sum, node) => sum + (node.resources_total?.CPU ?? 0), 0),
    }
  }

  /** CPUs in use, by the ids of nodes; a node is missing while the cluster has not counted it, which takes it some seconds. */
  async cpusInUse(): Promise<Map<string, number>> {
    const answer = this.#read(statusAnswer, await this.#json('GET', '/api/cluster_status'))
    const nodes = Object.entries(answer.data.clusterStatus?.loadMetricsReport?.usageByNode ?? {})
    return new Map(nodes.flatMap(([id, { CPU }]) => (CPU === undefined ? [] : [[id, CPU[0]] as const])))
  }

  async jobs(): Promise<RayJob[]> {
    return this.#read(z.array(jobDetails), await this.#json('GET', '/api/jobs/'))
  }

  /** Undefined where there is no such job. */
  async job(id: string): Promise<RayJob | undefined> {
    const answer = await this.#ask('GET', `/api/jobs/${encodeURIComponent(id)}`)
    if (answer.status === 404) return undefined
    return this.#read(jobDetails, parse(this.#allowed(answer)))
  }

  async submit(job: JobSubmission): Promise<void> {
    const body = JSON.stringify({
      submission_id: job.submissionId,
      entrypoint: job.entrypoint,
      entrypoint_num_cpus: job.cpus,
      runtime_env: job.runtimeEnv,
      metadata: job.metadata,
    })
    // Without the slash it is another route.
    this.#allowed(await this.#ask('POST', '/api/jobs/', { body, type: 'application/json' }))
  }

  /** SIGTERM, and SIGKILL after the time that the job's environment gives it. */
  async stop(id: string): Promise<void> {
    this.#allowed(await this.#ask('POST', `/api/jobs/${encodeURIComponent(id)}/stop`, { body: '' }))
  }

  /** Once, however many jobs ask for it at a time, and not at all where the cluster has it. */
  sendPackage(packed: Package): Promise<void> {
    const { name } = packed
    const sending = this.#sending.get(name) ?? this.#send(packed).finally(() => this.#sending.delete(name))
    this.#sending.set(name, sending)
    return sending
  }

  async #send({ name, file, size }: Package): Promise<void> {
    if (!(await this.hasPackage(name))) await this.putPackage(name, createReadStream(file), size)
  }

  async hasPackage(name: string): Promise<boolean> {
    const answer = await this.#ask('GET', `/api/packages/gcs/${name}`)
    if (answer.status === 404) return false
    this.#allowed(answer)
    return true
  }

  /** @param bytes  streamed @param size  of them all */
  async putPackage(name: string, bytes: Readable, size: number): Promise<void> {
    this.#allowed(await this.#ask('PUT', `/api/packages/gcs/${name}`, { body: bytes, size }))
  }

  /**
   * What the job has written and writes, from its beginning, until it has ended.
   * @returns whether the cluster said so itself; false where the connection broke
   */
  async follow(id: string, onText: (text: string) => void, signal: AbortSignal): Promise<boolean> {
    const url = new URL(`/api/jobs/${encodeURIComponent(id)}/logs/tail`, this.#base)
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
    // With compression the dashboard closes without a word.
    const socket = new WebSocket(url, { perMessageDeflate: false, headers: this.#headers() })
    return await new Promise((resolve) => {
      const end = (): void => socket.terminate()
      signal.addEventListener('abort', end, { once: true })
      socket.on('message', (data) => onText(String(data)))
      socket.on('error', () => {})
      socket.on('close', (code) => {
        signal.removeEventListener('abort', end)
        resolve(code === 1000)
      })
    })
  }

  #headers(): Record<string, string> {
    return this.#token === null ? {} : { authorization: `Bearer ${this.#token}` }
  }

  async #json(method: string, path: string): Promise<unknown> {
    return parse(this.#allowed(await this.#ask(method, path)))
  }

  /** @returns its text */
  #allowed({ status, text }: Answer): string {
    if (status >= 200 && status < 300) return text
    if (status === 401 || status === 403) {
      throw new UserError(
        this.#token === null
          ? `the cluster at ${this.address} asks for a token`
          : `the cluster at ${this.address} does not take the token`,
        {
          remedy:
            'put the one that `ray get-auth-token` prints there into ~/.ray/auth_token, or name its file with --ray-token-file',
        },
      )
    }
    const said = printable(text.trim().split('\n').at(-1) ?? '').slice(0, 300)
    throw new UserError(`the cluster at ${this.address} refused: ${said === '' ? `status ${status}` : said}`)
  }

  #read<T>(schema: z.ZodType<T>, answer: unknown): T {
    const result = schema.safeParse(answer)
    if (result.success) return result.data
    throw new UserError(`${this.address} does not answer as Ray's dashboard does`, {
      remedy: 'name the address of the dashboard, as in http://HEAD:8265, of Ray 2.52 or newer',
    })
  }

  #ask(
    method: string,
    path: string,
    { body, type, size }: { body?: string | Readable; type?: string; size?: number } = {},
  ): Promise<Answer> {
    const url = new URL(path, this.#base)
    const headers: OutgoingHttpHeaders = this.#headers()
    if (type !== undefined) headers['content-type'] = type
    if (size !== undefined) headers['content-length'] = size
    else if (typeof body === 'string') headers['content-length'] = Buffer.byteLength(body)
    const ask = url.protocol === 'https:' ? requestHttps : requestHttp
    return new Promise((resolve, reject) => {
      const failed = (error: Error): void => reject(this.#unreachable(error))
      const sent = ask(url, { method, headers, timeout: ANSWER_MS }, (response) => {
        textOf(response).then((text) => resolve({ status: response.statusCode ?? 0, text }), failed)
      })
      sent.on('timeout', () => sent.destroy(new Error(`no answer in ${ANSWER_MS / 1000} s`)))
      sent.on('error', failed)
      if (body === undefined || typeof body === 'string') sent.end(body)
      else body.on('error', failed).pipe(sent)
    })
  }

  #unreachable(cause: Error): UserError {
    return new UserError(`the cluster at ${this.address} cannot be reached: ${cause.message}`, {
      remedy: "see that the head's dashboard runs there (`ray start --head --dashboard-host 0.0.0.0`)",
      cause,
    })
  }
}

interface Answer {
  readonly status: number
  readonly text: string
}

function parseAddress(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : null
  if (url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '') return url
  throw new UserError(`"${printable(address)}" is not the address of a cluster`, {
    usage: true,
    remedy: "give that of Ray's dashboard: http://HEAD:8265",
  })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}
