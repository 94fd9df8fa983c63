/** Bodies that are small and ask for much, or hold numbers that are none in 32 bits. */
import { pack } from 'msgpackr'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { figure } from '../../figures.ts'
import { cell, invoke, type Serving, serve } from '../../serve/support.ts'

let endpoint: Serving
beforeAll(async () => {
  endpoint = await serve(undefined, undefined, { maxBody: 6 * 2 ** 20 })
})
afterAll(async () => {
  await endpoint.close()
  expect(endpoint.bugs).toEqual([])
})

const msgpack = async (body: Uint8Array) => {
  const response = await fetch(`${endpoint.address}/invocations`, {
    method: 'POST',
    headers: { 'content-type': 'application/msgpack', accept: 'application/json' },
    body: new Uint8Array(body),
  })
  return { status: response.status, body: (await response.json()) as { error?: string } }
}

describe('numbers', () => {
  const finite = { status: 400, body: { error: expect.stringContaining('finite numbers') } }

  it.each([
    ['beyond float32', 1e39],
    ['rounded up to infinity', 3.4028236e38],
    ['beyond float32, below', -1e300],
  ])('%s are refused by name in an observation, a batch and a mask', async (_name, value) => {
    const broken = cell(0).with(3, value)
    expect(await invoke(endpoint.address, { observation: broken })).toMatchObject(finite)
    const { body } = await invoke(endpoint.address, { observations: [cell(0), broken] })
    expect(body.error).toBe('observations[1] must hold finite numbers of 32 bits')
    expect(await invoke(endpoint.address, { observation: cell(0), mask: [1, value, 1] })).toMatchObject(
      finite,
    )
    expect(await msgpack(pack({ observation: broken }))).toMatchObject(finite)
  })

  it('that are none are refused as bytes and in msgpack', async () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const floats = Float32Array.from(cell(0).with(3, value))
      expect(await msgpack(pack({ observation: Buffer.from(floats.buffer) }))).toMatchObject(finite)
      expect(await msgpack(pack({ observation: cell(0).with(3, value) }))).toMatchObject(finite)
    }
    expect(await msgpack(pack({ observation: cell(0).map(() => 2n ** 63n) }))).toMatchObject(finite)
  })

  it('at the edge are taken: the greatest float32, the least, and minus nothing', async () => {
    for (const value of [3.4028234663852886e38, 1e-300, -0]) {
      const observation = cell(0).with(3, value)
      expect((await invoke(endpoint.address, { observation })).status).toBe(200)
    }
  })

  it('in a mask are numbers or truths, not texts', async () => {
    for (const mask of [
      ['1', '', '1'],
      [[1], [1], [1, 0]],
      [null, 1, 1],
    ]) {
      expect((await invoke(endpoint.address, { observation: cell(0), mask })).status).toBe(400)
    }
  })
})

describe('bodies that claim more than they hold', () => {
  it.each([
    ['three million nothings', `{"observations":[${'0,'.repeat(3_000_000)}0]}`],
    ['a million empty rows', `{"observations":[${'[],'.repeat(1_000_000)}[]]}`],
    ['a field name of megabytes', `{"${'observation'.repeat(400_000)}":1}`],
    [
      'a hundred thousand names',
      `{"observation":{${Array.from({ length: 100_000 }, (_, i) => `"n${i}":0`)}}}`,
    ],
    ['lists a million deep', `{"observation":${'['.repeat(1_000_000)}`],
    ['lists a million deep that close', `{"observation":${'['.repeat(1e6)}${']'.repeat(1e6)}}`],
  ])('%s are refused at once, in a short sentence', async (_name, body) => {
    const before = process.memoryUsage().rss
    const used = process.cpuUsage()
    const { status, body: answer } = await invoke(endpoint.address, body)
    expect(status).toBe(400)
    expect(String(answer.error).length).toBeLessThan(500)
    const { user, system } = process.cpuUsage(used)
    const seconds = (user + system) / 1e6
    figure('processor time of a crafted JSON body to serve, its client included', seconds, 's')
    figure('crafted JSON body to serve, memory', (process.memoryUsage().rss - before) / 2 ** 20, 'MiB')
    expect(seconds).toBeLessThan(2)
  })
})

describe('names', () => {
  it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])('"%s" are unknown', async (name) => {
    const wrong = await invoke(endpoint.address, { observation: cell(0) }, { accept: name })
    expect(wrong).toMatchObject({ status: 406 })
    const type = await invoke(endpoint.address, { observation: cell(0) }, { 'content-type': name })
    expect(type.status).toBe(415)
    const field = await invoke(endpoint.address, `{"observation":{"${name}":[1]}}`)
    expect(field).toMatchObject({ status: 400 })
    const top = await invoke(endpoint.address, `{"${name}":{},"observation":${JSON.stringify(cell(0))}}`)
    expect(top).toMatchObject({ status: 400 })
    expect((await fetch(`${endpoint.address}/${name}`)).status).toBe(404)
  })
})
