/**
 * The prediction endpoint under a real load generator: autocannon with 32 connections in a process of its own, against
 * a policy of bubble/25 as it is exported (2 x 128 hidden units, random weights), one observation a request and 64.
 *
 * As a program, `node bin/run.js bench/serve.ts [--json]`, it prints requests and observations a second, p50 and p99 in
 * milliseconds, the processor time of a request, which other programs on the machine disturb least, and the same when
 * requests that wait together do not share a run.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { Options } from 'autocannon'
import { pack } from 'msgpackr'
import { makeEnvironment, observationSize } from '../core/envs/index.ts'
import { openPolicy, type Policy } from '../core/evaluate/index.ts'
import { ActionLayout } from '../core/learn/networks/action-layout.ts'
import { buildPolicy, type PolicyShape } from '../core/learn/networks/policy.ts'
import { exportPolicy } from '../core/learn/networks/policy-export.ts'
import { networkSettings } from '../core/learn/settings.ts'
import { Random } from '../core/random.ts'
import { openEndpoint } from '../core/serve/endpoint.ts'
import { allocateParameters, Graph, Parameters } from '../core/tensor/index.ts'
import { type Benchmark, median } from './benchmark.ts'

const CONNECTIONS = 32
const SECONDS = 3
const SAMPLES = 7
const BATCH = 64

const { spec } = makeEnvironment('bubble/25')
const O = observationSize(spec)

function policyFile(): Uint8Array {
  const shape: PolicyShape = {
    spec,
    layout: new ActionLayout(spec),
    settings: networkSettings.parse({}),
    normalizer: null,
    continuousKind: 'squashed',
    logitBound: 0,
  }
  const parameters = new Parameters('policy')
  const graph = new Graph()
  buildPolicy(shape, graph, parameters, graph.input('observation', [1, O]))
  allocateParameters([parameters], new Random(1))
  return exportPolicy(shape, parameters)
}

/** Takes one request at a time, whoever waits beside it. */
function oneByOne(policy: Policy): Policy {
  const { form, summary, memorySize, canBeDeterministic, canSample } = policy
  return {
    form,
    summary,
    memorySize,
    canBeDeterministic,
    canSample,
    act: async ({ rows, observations, masks, memory }, random) => {
      const discrete = new Int32Array(rows * spec.action.discrete.length)
      for (let row = 0; row < rows; row++) {
        const part = { rows: 1, observations: observations.subarray(row * O, (row + 1) * O), masks, memory }
        discrete.set((await policy.act(part, random)).discrete, row * spec.action.discrete.length)
      }
      return { discrete, continuous: new Float32Array(0), memory: new Float32Array(0) }
    },
    release: () => policy.release(),
  }
}

interface Load {
  /** Requests a second, one sample a run. */
  readonly requests: number[]
  /** Milliseconds. */
  readonly p50: number[]
  readonly p99: number[]
  /** Microseconds of processor time of the server for a request. */
  readonly cpu: number[]
}

export async function load(
  body: { readonly type: string; readonly bytes: Buffer },
  { shared = true, samples = SAMPLES } = {},
): Promise<Load> {
  const policy = await openPolicy(spec, { name: 'policy.onnx', bytes: policyFile() })
  const endpoint = await openEndpoint({
    spec,
    policy: shared ? policy : oneByOne(policy),
    host: '127.0.0.1',
    port: 0,
    deterministic: true,
    random: new Random(1),
    maxBody: 2 ** 26,
    maxConcurrency: 1024,
    onBug: (error) => {
      throw error
    },
  })
  const fire = (seconds: number) =>
    fireFromElsewhere({
      url: `${endpoint.address}/invocations`,
      method: 'POST',
      headers: { 'content-type': body.type },
      body: body.bytes,
      connections: CONNECTIONS,
      duration: seconds,
    })
  const result: Load = { requests: [], p50: [], p99: [], cpu: [] }
  await fire(1)
  for (let sample = 0; sample < samples; sample++) {
    const before = process.cpuUsage()
    const { requests, total, p50, p99, failed } = await fire(SECONDS)
    const { user, system } = process.cpuUsage(before)
    if (failed > 0) throw new Error(`${failed} requests failed`)
    result.requests.push(requests)
    result.p50.push(p50)
    result.p99.push(p99)
    result.cpu.push((user + system) / total)
  }
  await endpoint.close()
  await policy.release()
  return result
}

interface Fired {
  /** A second. */
  readonly requests: number
  readonly total: number
  readonly p50: number
  readonly p99: number
  readonly failed: number
}

async function fireFromElsewhere(options: Options): Promise<Fired> {
  const child = fork(fileURLToPath(new URL('serve-load.ts', import.meta.url)), { serialization: 'advanced' })
  child.send(options)
  const [fired] = (await once(child, 'message')) as [Fired]
  return fired
}

const one = Array.from({ length: O }, (_, i) => Math.round(1000 * Math.sin(i)) / 1000)
const floats = (rows: number) =>
  Buffer.from(Float32Array.from({ length: rows * O }, (_, i) => one[i % O]!).buffer)

export const BODIES = {
  json: { type: 'application/json', bytes: Buffer.from(JSON.stringify({ observation: one })) },
  msgpack: { type: 'application/msgpack', bytes: Buffer.from(pack({ observation: floats(1) })) },
  'msgpack-64': { type: 'application/msgpack', bytes: Buffer.from(pack({ observations: floats(BATCH) })) },
} as const

export const benchmarks: Benchmark[] = Object.entries(BODIES).map(([name, body]) => ({
  name: `serve/bubble-25/${name}`,
  unit: 'requests/s',
  run: async () => (await load(body)).requests,
}))

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      json: { type: 'boolean', default: false },
      samples: { type: 'string', default: `${SAMPLES}` },
    },
  })
  const measured: Record<string, Record<'requests' | 'observations' | 'p50' | 'p99' | 'cpu', number>> = {}
  for (const [name, body] of Object.entries(BODIES)) {
    // One request of many rows is one run in any case.
    for (const shared of name.endsWith('64') ? [true] : [true, false]) {
      const { requests, p50, p99, cpu } = await load(body, { shared, samples: Number(values.samples) })
      const rate = median(requests)
      measured[`${name}, ${shared ? 'runs are shared' : 'one by one'}`] = {
        requests: rate,
        observations: rate * (name.endsWith('64') ? BATCH : 1),
        p50: median(p50),
        p99: median(p99),
        cpu: Math.round(median(cpu)),
      }
    }
  }
  if (values.json) console.log(JSON.stringify(measured, null, 2))
  else console.table(measured)
}
