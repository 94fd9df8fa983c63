import { request } from 'node:http'
import { pack, unpack } from 'msgpackr'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type EnvironmentSpec, makeEnvironment } from '../../core/envs/index.ts'
import { openPolicy, type Policy } from '../../core/evaluate/index.ts'
import { add, concat, reshape, slice } from '../../core/tensor/index.ts'
import { model } from '../evaluate/models.ts'
import { cell, choosing, invoke, type Serving, serve } from './support.ts'

const { spec } = makeEnvironment('basic')

describe('an endpoint', () => {
  let endpoint: Serving
  beforeAll(async () => {
    endpoint = await serve()
  })
  afterAll(async () => {
    await endpoint.close()
    expect(endpoint.bugs).toEqual([])
  })
  const ask = (body: unknown, headers?: Record<string, string>) => invoke(endpoint.address, body, headers)

  it('answers /ping with 200 and what it plays', async () => {
    const response = await fetch(`${endpoint.address}/ping`)
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({
      environment: 'basic',
      observations: [{ shape: [20] }],
      action: { continuous: 0, discrete: [3] },
      memory: 0,
    })
  })

  it('gives an action for an observation, and actions for several', async () => {
    expect(await ask({ observation: cell(4) })).toMatchObject({
      status: 200,
      body: { action: { discrete: [1] } },
    })
    const several = await ask({ observations: [cell(0), cell(1), [cell(2)]] })
    expect(several.body).toEqual({ actions: [{ discrete: [0] }, { discrete: [1] }, { discrete: [2] }] })
    const name = spec.observations[0]!.name
    expect((await ask({ observation: { [name]: cell(5) } })).body).toEqual({ action: { discrete: [2] } })
  })

  it('keeps to a mask, and draws where it is asked to', async () => {
    expect((await ask({ observation: cell(2), mask: [1, 1, 0] })).body).toEqual({ action: { discrete: [0] } })
    const masks = [
      [false, true, true],
      [true, true, true],
    ]
    expect((await ask({ observations: [cell(0), cell(0)], masks })).body).toEqual({
      actions: [{ discrete: [1] }, { discrete: [0] }],
    })
    const observations = Array.from({ length: 100 }, () => cell(0))
    const { actions } = (await ask({ observations, deterministic: false })).body as {
      actions: { discrete: number[] }[]
    }
    expect(new Set(actions.map(({ discrete }) => discrete[0])).size).toBe(3)
  })

  it('speaks msgpack, also with numbers as bytes, and answers in what is accepted', async () => {
    const send = async (body: unknown, accept?: string) => {
      const response = await fetch(`${endpoint.address}/invocations`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-msgpack', ...(accept === undefined ? {} : { accept }) },
        body: new Uint8Array(pack(body)),
      })
      return { type: response.headers.get('content-type'), bytes: Buffer.from(await response.arrayBuffer()) }
    }
    const own = await send({ observation: cell(4) })
    expect(own.type).toBe('application/msgpack')
    expect(unpack(own.bytes)).toEqual({ action: { discrete: [1] } })
    const floats = Float32Array.from([...cell(1), ...cell(2)])
    const many = await send({ observations: Buffer.from(floats.buffer) })
    expect(unpack(many.bytes)).toEqual({ actions: [{ discrete: [1] }, { discrete: [2] }] })
    const json = await send({ observation: cell(4) }, 'text/html;q=0.5, application/json')
    expect(json.type).toMatch(/^application\/json/)
    expect(JSON.parse(json.bytes.toString())).toEqual({ action: { discrete: [1] } })
  })

  it.each([
    [{ observation: cell(0).slice(1) }, 'observation has 19 numbers, basic shows 20'],
    [{ observations: [cell(0), [...cell(0), 1]] }, 'observations[1] has 21 numbers, basic shows 20'],
    [{ observation: { place: cell(0) } }, 'observation.place: basic shows'],
    [{ observation: { [spec.observations[0]!.name]: [1, 2] } }, 'has 2 numbers, basic shows 20, [20]'],
    [{ observation: cell(0).with(3, null as never) }, 'observation must hold finite numbers'],
    [{ observation: cell(0).with(3, 1e300) }, 'observation must hold finite numbers of 32 bits'],
    [{ observation: 'left' }, 'observation must be a list of numbers'],
    [{ observations: [] }, '"observations" is empty'],
    [{ observations: 3 }, '"observations" must be a list'],
    [{}, 'give either "observation" or "observations"'],
    [[1, 2], 'the body must be an object'],
    [{ observatoin: cell(0) }, 'there is no field "observatoin"; did you mean "observation"?'],
    [{ observation: cell(0), deterministic: 1 }, '"deterministic" must be true or false'],
    [{ observation: cell(0), mask: [1, 1] }, 'mask has 2 numbers, the branches have 3'],
    [{ observation: cell(0), mask: [0, 0, 0] }, 'mask forbids all of branch 0'],
    [{ observation: cell(0), mask: [2, 0, 1] }, 'mask must hold 0 and 1'],
    [{ observation: cell(0), masks: [[1, 1, 1]] }, '"masks" does not go with "observation"'],
    [{ observations: [cell(0)], masks: [] }, '"masks" has 0 rows for 1 observations'],
    [{ observation: cell(0), memory: [1] }, 'memory has 1 numbers, the policy remembers 0'],
    ['{"observation": [', 'the body is not JSON'],
  ])('answers 400 to %j', async (body, message) => {
    const { status, body: answer } = await ask(body)
    expect(answer.error).toContain(message)
    expect(status).toBe(400)
  })

  it('tells batch transforms how to ask', async () => {
    const response = await fetch(`${endpoint.address}/execution-parameters`)
    // With 64 requests at a time, and bodies below a megabyte: 0 would mean any size.
    expect(await response.json()).toEqual({
      MaxConcurrentTransforms: 64,
      BatchStrategy: 'SINGLE_RECORD',
      MaxPayloadInMB: 1,
    })
  })

  it('answers 404, 405, 406, 413 and 415', async () => {
    const get = async (path: string, init?: RequestInit) => {
      const response = await fetch(endpoint.address + path, init)
      return [
        response.status,
        ((await response.json()) as { error: string }).error,
        response.headers.get('allow'),
      ]
    }
    expect(await get('/model')).toEqual([404, 'use GET /ping or POST /invocations', null])
    expect(await get('/invocations')).toEqual([405, '/invocations takes only POST', 'POST'])
    const csv = await ask({ observation: cell(0) }, { accept: 'text/csv' })
    expect(csv).toMatchObject({ status: 406, body: { error: expect.stringContaining('not text/csv') } })
    const large = await ask({ observation: new Array(40_000).fill(0) })
    expect(large).toMatchObject({ status: 413, body: { error: 'the body is too large' } })
    for (const type of ['text/csv', 'text/plain', 'application/octet-stream']) {
      const other = await ask('1,2,3', { 'content-type': type })
      expect(other).toMatchObject({
        status: 415,
        body: { error: expect.stringContaining('application/json') },
      })
    }
  })
})

/** A policy whose answers wait until they are let go. */
async function heldPolicy(): Promise<{ policy: Policy; letGo: () => void; runs: number[] }> {
  const policy = await openPolicy(spec, { name: 'policy.onnx', bytes: choosing })
  const { promise, resolve } = Promise.withResolvers<void>()
  const runs: number[] = []
  const held: Policy = {
    ...policy,
    memorySize: 0,
    canBeDeterministic: true,
    canSample: true,
    form: 'plain',
    summary: policy.summary,
    act: async (rows, random) => {
      runs.push(rows.rows)
      await promise
      return policy.act(rows, random)
    },
    release: () => policy.release(),
  }
  return { policy: held, letGo: resolve, runs }
}

describe('an endpoint under load', () => {
  it('turns away what is too much, and says when to try again', async () => {
    const { policy, letGo } = await heldPolicy()
    const endpoint = await serve(choosing, spec, { policy, maxConcurrency: 2 })
    const first = [
      invoke(endpoint.address, { observation: cell(1) }),
      invoke(endpoint.address, { observation: cell(2) }),
    ]
    await expect.poll(async () => (await invoke(endpoint.address, { observation: cell(1) })).status).toBe(503)
    const refused = await invoke(endpoint.address, { observation: cell(0) })
    expect(refused.headers.get('retry-after')).toBe('1')
    expect(refused.body.error).toBe('2 requests are already being handled')
    expect((await fetch(`${endpoint.address}/ping`)).status).toBe(200)
    letGo()
    expect((await Promise.all(first)).map(({ body }) => body)).toEqual([
      { action: { discrete: [1] } },
      { action: { discrete: [2] } },
    ])
    await expect.poll(async () => (await invoke(endpoint.address, { observation: cell(1) })).status).toBe(200)
    await endpoint.close()
  })

  it('finishes what is under way when it is closed', async () => {
    const { policy, letGo, runs } = await heldPolicy()
    const endpoint = await serve(choosing, spec, { policy })
    const answer = invoke(endpoint.address, { observation: cell(1) })
    await expect.poll(() => runs.length).toBe(1)
    const closed = endpoint.close()
    letGo()
    expect((await answer).body).toEqual({ action: { discrete: [1] } })
    await closed
    await expect(fetch(`${endpoint.address}/ping`)).rejects.toThrow()
  })

  it('lets one request fail alone', async () => {
    const broken = model({ inputs: { input: [20] }, integers: ['action'] }, ([x]) => ({
      action: slice(x!, 1, 0, 1),
    }))
    const endpoint = await serve(broken)
    const bodies = [1, 9, 2].map((value) => ({ observation: cell(0).map((one) => one * value) }))
    const answers = await Promise.all(bodies.map((body) => invoke(endpoint.address, body)))
    expect(answers.map(({ status }) => status)).toEqual([200, 500, 200])
    expect(answers[1]!.body.error).toContain('answered 9 in action, and branch 0 has 3 actions')
    expect(answers[2]!.body).toEqual({ action: { discrete: [2] } })
    await endpoint.close()
    expect(endpoint.bugs).toEqual([])
  })

  it('forgets a client that went away', async () => {
    const { policy, letGo, runs } = await heldPolicy()
    const endpoint = await serve(choosing, spec, { policy, maxConcurrency: 1 })
    const { hostname, port } = new URL(endpoint.address)
    const leaving = request({
      hostname,
      port,
      path: '/invocations',
      method: 'POST',
      headers: { 'content-type': 'application/json' },
    })
    leaving.on('error', () => undefined)
    leaving.end(JSON.stringify({ observation: cell(0) }))
    await expect.poll(() => runs.length).toBe(1)
    leaving.destroy()
    letGo()
    await expect.poll(async () => (await invoke(endpoint.address, { observation: cell(1) })).status).toBe(200)
    await endpoint.close()
  })
})

describe('an endpoint of a policy with memory', () => {
  it('gives out what is remembered and takes it back, with continuous actions', async () => {
    const moving: EnvironmentSpec = { ...spec, action: { continuous: 2, discrete: [] } }
    const summing = model({ inputs: { obs_0: [20], recurrent_in: [1, 2] } }, ([x, memory]) => {
      const rows = x!.shape[0]!
      const after = add(reshape(memory!, [rows, 2]), slice(x!, 1, 0, 2))
      return {
        deterministic_continuous_actions: concat([after], 1),
        recurrent_out: reshape(after, [rows, 1, 2]),
      }
    })
    const endpoint = await serve(summing, moving)
    const observation = cell(0).map((one) => one / 4)
    let memory: unknown
    for (const expected of [0.25, 0.5, 0.75]) {
      const { body } = await invoke(
        endpoint.address,
        memory === undefined ? { observation } : { observation, memory },
      )
      expect(body).toEqual({ action: { continuous: [expected, 0] }, memory: [expected, 0] })
      memory = body.memory
    }
    const batch = { observations: [observation, observation], memories: [[0, 0], memory] }
    expect((await invoke(endpoint.address, batch)).body).toEqual({
      actions: [{ continuous: [0.25, 0] }, { continuous: [1, 0] }],
      memories: [
        [0.25, 0],
        [1, 0],
      ],
    })
    const short = await invoke(endpoint.address, { observation, memory: [1] })
    expect(short).toMatchObject({
      status: 400,
      body: { error: 'memory has 1 numbers, the policy remembers 2' },
    })
    const drawn = await invoke(endpoint.address, { observation, deterministic: false })
    expect(drawn).toMatchObject({ status: 400, body: { error: 'this policy can only be deterministic' } })
    await endpoint.close()
  })
})
