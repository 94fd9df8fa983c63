import { describe, expect, it } from 'vitest'
import type { EnvironmentSpec } from '../../../core/envs/index.ts'
import { UserError } from '../../../core/errors.ts'
import { networkSettings } from '../../../core/learn/index.ts'
import { encode } from '../../../core/learn/networks/encoders.ts'
import { maxPool } from '../../../core/learn/networks/layers.ts'
import { body } from '../../../core/learn/networks/networks.ts'
import { Normalizer, seen } from '../../../core/learn/networks/normalizer.ts'
import { smallestImage } from '../../../core/learn/networks/visual-encoders.ts'
import { Random } from '../../../core/random.ts'
import {
  allocateParameters,
  Graph,
  gradients,
  loadRuntime,
  Parameters,
  sum,
} from '../../../core/tensor/index.ts'

function specOf(...shapes: number[][]): EnvironmentSpec {
  return {
    id: 'test/images',
    title: '',
    description: '',
    version: 1,
    parameters: {},
    observations: shapes.map((shape, i) => ({ name: `o${i}`, shape, description: '' })),
    action: { continuous: 0, discrete: [2] },
    score: { unit: 'point', units: 'points', measure: 'return' },
  }
}

const settingsOf = (values: Record<string, unknown> = {}) => networkSettings.parse(values)

describe('encoders', () => {
  it('leaves vectors and entities alone', () => {
    const graph = new Graph()
    const x = graph.input('x', [4, 11])
    const scope = { graph, parameters: new Parameters('p') }
    expect(encode(scope, 'n', x, specOf([3], [4, 2]), settingsOf())).toBe(x)
    expect(scope.parameters.names).toEqual([])
  })

  it.each([
    ['simple', 20],
    ['nature_cnn', 36],
    ['resnet', 15],
    ['match3', 5],
    ['fully_connected', 1],
  ] as const)('%s takes images from %i pixels, as ML-Agents states', (type, least) => {
    expect(smallestImage(type)).toBe(least)
    const settings = settingsOf({ vis_encode_type: type, hidden_units: 7 })
    const build = (height: number, width: number) => {
      const graph = new Graph()
      const x = graph.input('x', [2, 3 * height * width])
      const scope = { graph, parameters: new Parameters('p') }
      return encode(scope, 'n', x, specOf([3, height, width]), settings)
    }
    expect(build(least, least + 3).shape).toEqual([2, 7])
    if (least > 1) {
      expect(() => build(least, least - 1)).toThrow(UserError)
      expect(() => build(least, least - 1)).toThrow(`${least - 1} x ${least}, and vis_encode_type ${type}`)
    }
  })

  it('puts the features of an image where the image was', async () => {
    const spec = specOf([2], [1, 20, 20], [3])
    const graph = new Graph()
    const x = graph.input('x', [1, 405])
    const parameters = new Parameters('p')
    const features = encode({ graph, parameters }, 'n', x, spec, settingsOf({ hidden_units: 4 }))
    allocateParameters([parameters], new Random(1))
    const runtime = await loadRuntime('onnxruntime')
    const program = await runtime.compile({ outputs: { features }, bind: parameters.bindings(), threads: 1 })
    const values = Float32Array.from({ length: 405 }, (_, i) => i)
    program.inputs.x!.set(values)
    await program.run()
    const result = [...program.outputs.features!]
    expect(result.slice(0, 2)).toEqual([0, 1])
    expect(result.slice(6)).toEqual([402, 403, 404])
    await program.release()
  })

  it.each(['simple', 'resnet'])('sends a gradient to every weight of %s', async (vis_encode_type) => {
    const spec = specOf([1, 20, 20])
    const graph = new Graph()
    const parameters = new Parameters('p')
    const settings = settingsOf({ hidden_units: 64, vis_encode_type })
    const h = body({ graph, parameters }, 'n', graph.input('x', [2, 400]), spec, settings, false)
    const outputs = Object.fromEntries(
      gradients(sum(h), parameters.of(graph)).map((gradient, i) => [parameters.names[i]!, gradient]),
    )
    allocateParameters([parameters], new Random(1))
    const runtime = await loadRuntime('onnxruntime')
    const program = await runtime.compile({ outputs, bind: parameters.bindings(), threads: 1 })
    const random = new Random(2)
    program.inputs.x!.set(Float32Array.from({ length: 800 }, () => random.uniform()))
    await program.run()
    const convolutions = Object.keys(outputs).filter((name) => /visual\/o0\/(conv|stage).*weight/.test(name))
    expect(convolutions).toHaveLength(vis_encode_type === 'simple' ? 2 : 15)
    for (const name of Object.keys(outputs)) {
      expect(
        program.outputs[name]!.some((value) => value !== 0),
        name,
      ).toBe(true)
    }
    await program.release()
  })

  it.each([7, 8])('pools the greatest of windows of 3 x 3 of an image of %i', async (size) => {
    const graph = new Graph()
    const outputs = { pooled: maxPool(graph.input('x', [1, 2, size, size])) }
    const random = new Random(3)
    const x = Float32Array.from({ length: 2 * size * size }, () => random.normal())
    const program = await (await loadRuntime('onnxruntime')).compile({ outputs, bind: {}, threads: 1 })
    program.inputs.x!.set(x)
    await program.run()
    const at = (channel: number, row: number, column: number) => x[(channel * size + row) * size + column]!
    const expected = Array.from({ length: 18 }, (_, i) => {
      const [channel, row, column] = [Math.floor(i / 9), 2 * (Math.floor(i / 3) % 3), 2 * (i % 3)]
      const window = Array.from({ length: 9 }, (_, k) =>
        at(channel, row + Math.floor(k / 3), column + (k % 3)),
      )
      return Math.max(...window)
    })
    expect([...program.outputs.pooled!]).toEqual(expected)
    await program.release()
  })

  it('does not normalise images', async () => {
    const normalizer = new Normalizer(specOf([1], [1, 1, 2]))
    normalizer.update(Float32Array.of(10, 200, 100, 14, 0, 100))
    const graph = new Graph()
    const [normalized] = seen(normalizer, graph, graph.input('x', [1, 3]))
    const runtime = await loadRuntime('onnxruntime')
    const outputs = { normalized }
    const program = await runtime.compile({ outputs, bind: normalizer.bindings(), threads: 1 })
    program.inputs.x!.set([12, 200, -7])
    await program.run()
    const [vector, ...pixels] = program.outputs.normalized!
    // of 10 and 14, after the first count of 1 at mean 0 and variance 1
    expect(vector).toBeCloseTo((12 - 8) / Math.sqrt(35), 5)
    expect(pixels).toEqual([200, -7])
    await program.release()
  })
})
