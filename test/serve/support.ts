/** An endpoint in this process with a policy of a few weights. */
import { type EnvironmentSpec, makeEnvironment } from '../../core/envs/index.ts'
import { openPolicy } from '../../core/evaluate/index.ts'
import { Random } from '../../core/random.ts'
import { type Endpoint, type EndpointOptions, openEndpoint } from '../../core/serve/endpoint.ts'
import { favouring, model } from '../evaluate/models.ts'

/** Chooses action (cell mod 3) of basic. */
export const choosing = model({ inputs: { input: [20] } }, ([x], graph) => ({
  logits: favouring(graph, x!, 20, 3, (cell) => cell % 3),
}))

export interface Serving extends Endpoint {
  readonly bugs: unknown[]
}

export async function serve(
  bytes: Uint8Array = choosing,
  spec: EnvironmentSpec = makeEnvironment('basic').spec,
  options: Partial<EndpointOptions> = {},
): Promise<Serving> {
  const bugs: unknown[] = []
  const policy = options.policy ?? (await openPolicy(spec, { name: 'policy.onnx', bytes }))
  const endpoint = await openEndpoint({
    spec,
    policy,
    host: '127.0.0.1',
    port: 0,
    deterministic: true,
    random: new Random(1),
    maxBody: 2 ** 16,
    maxConcurrency: 64,
    onBug: (error) => bugs.push(error),
    ...options,
  })
  return { ...endpoint, bugs }
}

/** [20] with a one. */
export function cell(at: number): number[] {
  return Array.from({ length: 20 }, (_, i) => (i === at ? 1 : 0))
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: Record<string, unknown>
}

export async function invoke(
  address: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(`${address}/invocations`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: JSON.parse(text) }
}
