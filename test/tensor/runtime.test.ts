import { describe, expect, test } from 'vitest'
import { UserError } from '../../core/errors.ts'
import { Graph } from '../../core/tensor/graph.ts'
import * as ops from '../../core/tensor/ops.ts'
import { type RuntimeName, runtimeNames } from '../../core/tensor/runtime.ts'
import { loadRuntime } from '../../core/tensor/runtimes/index.ts'
import { weights } from './harness.ts'

test('an unknown engine is refused with the known ones', async () => {
  await expect(loadRuntime('jax' as RuntimeName)).rejects.toThrow(UserError)
})

describe.each(runtimeNames)('%s', (name) => {
  test('reads and writes bound memory in place and passes over names it does not need', async () => {
    const graph = new Graph()
    const y = ops.mul(graph.input('x', [3]), 2)
    const memory = new Float32Array(8)
    const runtime = await loadRuntime(name)
    const bind = { x: memory.subarray(0, 3), y: memory.subarray(4, 7), unknown: new Float32Array(1) }
    const program = await runtime.compile({ outputs: { y }, bind })
    memory.set([1, 2, 3])
    await program.run()
    expect(Array.from(memory)).toEqual([1, 2, 3, 0, 2, 4, 6, 0])
    expect(program.inputs.x).toBe(bind.x)
    expect(program.outputs.y).toBe(bind.y)
    await program.release()
  })

  test('gives constants, inputs and one value under two names as outputs', async () => {
    const graph = new Graph()
    const x = graph.input('x', [2])
    const y = ops.exp(x)
    const runtime = await loadRuntime(name)
    const program = await runtime.compile({ outputs: { a: y, b: y, same: x, fixed: graph.constant([5, 6]) } })
    program.inputs.x!.set([0, 1])
    await program.run()
    const { a, b, same, fixed } = program.outputs
    expect(a![1]).toBeCloseTo(Math.E, 5)
    expect(b).toEqual(a)
    expect(Array.from(same!)).toEqual([0, 1])
    expect(Array.from(fixed!)).toEqual([5, 6])
    await program.release()
  })

  test('refuses memory of the wrong size and one name for two things', async () => {
    const graph = new Graph()
    const y = ops.relu(graph.input('x', [2, 2]))
    const runtime = await loadRuntime(name)
    await expect(runtime.compile({ outputs: { y }, bind: { x: new Float32Array(3) } })).rejects.toThrow(
      '3 numbers are bound to "x" of shape [2, 2]',
    )
    await expect(runtime.compile({ outputs: { x: y } })).rejects.toThrow('both an input and an output')
  })
})

describe('onnxruntime', () => {
  test('runs many times without taking more memory', async () => {
    const graph = new Graph()
    const x = graph.input('x', [64, 256])
    const y = ops.tanh(ops.matmul(x, graph.constant(weights([256, 256], 1), [256, 256])))
    const runtime = await loadRuntime('onnxruntime')
    const program = await runtime.compile({ outputs: { y } })
    for (let i = 0; i < 200; i++) await program.run()
    const before = process.memoryUsage()
    for (let i = 0; i < 6000; i++) await program.run()
    const after = process.memoryUsage()
    await program.release()
    // 6000 results of 64 KiB would be 375 MiB.
    expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(1 << 20)
    expect(after.rss - before.rss).toBeLessThan(64 << 20)
  })

  test('gives the same bits with one thread and with two', async () => {
    const graph = new Graph()
    const x = graph.input('x', [256, 300])
    const w = graph.constant(weights([300, 200], 1), [300, 200])
    const h = ops.relu(ops.matmul(x, w))
    const outputs = { h, rows: ops.sum(h, 0), back: ops.matmul(x, h, { transposeA: true }) }
    const runtime = await loadRuntime('onnxruntime')
    const results: Float32Array[][] = []
    for (const threads of [1, 2]) {
      const program = await runtime.compile({ outputs, threads })
      program.inputs.x!.set(weights([256, 300], 2))
      await program.run()
      results.push(Object.values(program.outputs).map((array) => array.slice()))
      await program.release()
    }
    expect(results[1]).toEqual(results[0])
  })
})
