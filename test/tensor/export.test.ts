import { describe, expect, test } from 'vitest'
import { Graph } from '../../core/tensor/graph.ts'
import { exportOnnx } from '../../core/tensor/onnx.ts'
import * as ops from '../../core/tensor/ops.ts'
import { openModel } from '../../core/tensor/runtimes/onnxruntime.ts'
import { weights } from './harness.ts'

const BATCH = 7919

function policy(): { bytes: Uint8Array; weight: Float32Array } {
  const graph = new Graph()
  const rows = graph.input('obs_0', [BATCH, 3, 2])
  const x = graph.input('obs_1', [BATCH, 4])
  const perRow = ops.relu(ops.add(ops.matmul(rows, graph.input('net/row', [2, 5])), 0.5))
  const joined = ops.concat([ops.reshape(perRow, [BATCH, 15]), x], 1)
  const logits = ops.matmul(
    ops.layerNorm(joined, graph.constant(1, [19]), graph.constant(0, [19])),
    graph.input('net/w', [19, 6]),
  )
  const weight = weights([19, 6], 3)
  const bytes = exportOnnx(
    {
      version_number: graph.constant([3], [1]),
      logits,
      copy: logits,
      best: ops.reshape(ops.argmax(logits), [BATCH, 1]),
    },
    {
      dynamicBatch: BATCH,
      intOutputs: ['best'],
      constants: { 'net/row': weights([2, 5], 4), 'net/w': weight },
      metadata: { source: 'test' },
    },
  )
  return { bytes, weight }
}

describe('an exported policy', () => {
  test.each([1, 7])('runs with a batch of %i', async (batch) => {
    const model = await openModel(policy().bytes)
    expect(model.inputs).toEqual([
      { name: 'obs_0', type: 'float32', shape: ['batch', 3, 2] },
      { name: 'obs_1', type: 'float32', shape: ['batch', 4] },
    ])
    const results = await model.run({
      obs_0: { data: weights([batch, 3, 2], 5), dims: [batch, 3, 2] },
      obs_1: { data: weights([batch, 4], 6), dims: [batch, 4] },
    })
    expect(results.version_number).toEqual({ data: new Float32Array([3]), dims: [1] })
    const { logits, best, copy } = results
    expect(logits!.dims).toEqual([batch, 6])
    expect(copy!.data).toEqual(logits!.data)
    expect(best!.dims).toEqual([batch, 1])
    for (let row = 0; row < batch; row++) {
      const own = logits!.data.subarray(row * 6, row * 6 + 6)
      expect(best!.data[row]).toBe(own.indexOf(Math.max(...own)))
    }
    await model.release()
  })

  test('a row gives the same result alone and in company', async () => {
    const model = await openModel(policy().bytes)
    const [rows, x] = [weights([7, 3, 2], 5), weights([7, 4], 6)]
    const all = await model.run({ obs_0: { data: rows, dims: [7, 3, 2] }, obs_1: { data: x, dims: [7, 4] } })
    const last = await model.run({
      obs_0: { data: rows.slice(36), dims: [1, 3, 2] },
      obs_1: { data: x.slice(24), dims: [1, 4] },
    })
    const expected = all.logits!.data.slice(36)
    for (const [i, value] of last.logits!.data.entries()) expect(value).toBeCloseTo(expected[i]!, 5)
    await model.release()
  })

  test('has standard operators only, which give what those of the engine give', async () => {
    const graph = new Graph()
    const y = ops.rmsNorm(graph.input('x', [BATCH, 5]))
    const feeds = { x: { data: weights([3, 5], 5), dims: [3, 5] } }
    const results: Float32Array[] = []
    for (const extensions of [false, true]) {
      const bytes = exportOnnx({ y }, { dynamicBatch: BATCH, extensions })
      expect(Buffer.from(bytes).includes('SimplifiedLayerNormalization')).toBe(extensions)
      const model = await openModel(bytes)
      results.push((await model.run(feeds)).y!.data)
      await model.release()
    }
    for (const [i, value] of results[0]!.entries()) expect(value).toBeCloseTo(results[1]![i]!, 5)
  })

  test('samples anew at every run', async () => {
    const graph = new Graph()
    const x = graph.input('x', [BATCH, 2])
    const outputs = { normal: ops.randomNormal(x), uniform: ops.randomUniform(x) }
    const model = await openModel(exportOnnx(outputs, { dynamicBatch: BATCH }))
    const feeds = { x: { data: new Float32Array(2000), dims: [1000, 2] } }
    const [first, second] = [await model.run(feeds), await model.run(feeds)]
    expect(first.normal!.data).not.toEqual(second.normal!.data)
    const { data } = first.uniform!
    expect(data.every((u) => u >= 0 && u <= 1)).toBe(true)
    const mean = data.reduce((sum, u) => sum + u, 0) / data.length
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.05)
    const spread = first.normal!.data.reduce((sum, z) => sum + z * z, 0) / data.length
    expect(Math.abs(spread - 1)).toBeLessThan(0.2)
    await model.release()
  })

  test('refuses what would fix the batch size', () => {
    const graph = new Graph()
    const x = graph.input('x', [BATCH, 2])
    const open = (y: typeof x) => () => exportOnnx({ y }, { dynamicBatch: BATCH })
    expect(open(ops.mean(x, 0))).toThrow(`sum to [2] depends on the batch size ${BATCH}`)
    expect(open(ops.slice(x, 0, 0, 1))).toThrow('slice')
    expect(open(ops.transpose(x, [1, 0]))).toThrow('transpose')
    expect(open(ops.matmul(x, x, { transposeA: true }))).toThrow('matmul')
  })

  test('refuses weights of the wrong size', () => {
    const graph = new Graph()
    const y = ops.relu(graph.input('w', [2, 2]))
    expect(() => exportOnnx({ y }, { constants: { w: new Float32Array(3) } })).toThrow(
      '3 numbers for "w" of shape [2, 2]',
    )
  })
})
