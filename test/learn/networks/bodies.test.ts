import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { makeEnvironment } from '../../../core/envs/index.ts'
import { UserError } from '../../../core/errors.ts'
import { dense, networkNames, networkSettings, registerNetwork } from '../../../core/learn/index.ts'
import { body } from '../../../core/learn/networks/networks.ts'
import { Random } from '../../../core/random.ts'
import { allocateParameters, Graph, loadRuntime, Parameters } from '../../../core/tensor/index.ts'
import { resolveConfig } from '../../../core/train/config.ts'
import { PlayLoop, ppoBasic } from '../play-loop.ts'

const seenBy: unknown[] = []
registerNetwork({
  name: 'test-narrow',
  title: 'One narrow layer',
  options: z.strictObject({ units: z.int().min(1).default(3) }),
  build(x, { name, norm, ...scope }, { units }) {
    seenBy.push({ name, norm, units })
    return dense(scope, `${name}/narrow`, x, units, 1)
  },
})

function build(settings: Record<string, unknown>, B = 2) {
  const graph = new Graph()
  const parameters = new Parameters('p')
  const { spec } = makeEnvironment('basic')
  const x = graph.input('x', [B, 20])
  const h = body({ graph, parameters }, 'n', x, spec, networkSettings.parse(settings), false)
  return { parameters, h }
}

describe('network types', () => {
  it('are dense unless said otherwise', () => {
    const { parameters, h } = build({ hidden_units: 5, num_layers: 1 })
    expect(h.shape).toEqual([2, 5])
    expect(parameters.names).toEqual(['n/hidden0/weight', 'n/hidden0/bias'])
  })

  it.each([
    ['relu', Math.max],
    ['tanh', (_zero: number, value: number) => Math.tanh(value)],
  ] as const)('let what each layer makes pass %s', async (activation, rule) => {
    const { parameters, h } = build({ hidden_units: 3, num_layers: 1, network_options: { activation } })
    allocateParameters([parameters], new Random(3))
    const [weight, bias] = ['weight', 'bias'].map((part) => parameters.view(`n/hidden0/${part}`))
    bias!.set([0.5, -0.25, 0])
    const runtime = await loadRuntime('onnxruntime')
    const program = await runtime.compile({ outputs: { h }, bind: parameters.bindings(), threads: 1 })
    const x = Float32Array.from({ length: 40 }, (_, i) => Math.sin(i))
    program.inputs.x!.set(x)
    await program.run()
    const wanted = Array.from({ length: 6 }, (_, at) => {
      const [row, unit] = [Math.floor(at / 3), at % 3]
      let sum = bias![unit]!
      for (let i = 0; i < 20; i++) sum += x[row * 20 + i]! * weight![i * 3 + unit]!
      return rule(0, sum)
    })
    for (const [i, value] of wanted.entries()) expect(program.outputs.h![i]).toBeCloseTo(value, 5)
    await program.release()
  })

  it('may be of one’s own, with options', () => {
    seenBy.length = 0
    expect(build({ network_type: 'test-narrow' }).h.shape).toEqual([2, 3])
    const { parameters, h } = build({ network_type: 'test-narrow', network_options: { units: 9 } })
    expect(h.shape).toEqual([2, 9])
    expect(parameters.names).toEqual(['n/narrow/weight', 'n/narrow/bias'])
    expect(seenBy).toEqual([
      { name: 'n', norm: false, units: 3 },
      { name: 'n', norm: false, units: 9 },
    ])
  })

  it('are refused by name and place', () => {
    const resolve = (network: string) => () =>
      resolveConfig(`behaviors: {basic: {trainer_type: ppo, network_settings: {${network}}}}`, {
        environment: 'basic',
        file: 'a.yaml',
      })
    expect(resolve('network_type: residal')).toThrow(UserError)
    expect(resolve('network_type: residal')).toThrow(
      'a.yaml: behaviors.basic.network_settings.network_type: unknown network "residal": did you mean "residual"?',
    )
    expect(resolve('network_type: residual, network_options: {expanse: 2}')).toThrow('expansion')
    expect(resolve('network_type: residual, network_options: {expansion: 0}')).toThrow(
      'network_settings.network_options.expansion',
    )
    expect(resolve('network_options: {expansion: 2}')).toThrow('the network dense has no option "expansion"')
    expect(() =>
      registerNetwork({ name: 'dense', title: '', options: z.strictObject({}), build: (x) => x }),
    ).toThrow('registered twice')
    expect(networkNames()).toEqual(expect.arrayContaining(['dense', 'residual', 'test-narrow']))
  })

  it('must give one row for each row', () => {
    registerNetwork({
      name: 'test-broken',
      title: 'Broken',
      options: z.strictObject({}),
      build: (_x, { graph }) => graph.constant([1, 2, 3]),
    })
    expect(() => build({ network_type: 'test-broken' })).toThrow(
      'network "test-broken" makes [3] of [2,20], not [2, H]',
    )
  })
})

describe('residual blocks', () => {
  it.each([1, 0])(
    'give normalised rows, of what came in too, with %i times what blocks add',
    async (times) => {
      const { parameters, h } = build({ network_type: 'residual', hidden_units: 32 }, 4)
      const blocks = parameters.names.filter((name) => name.includes('block'))
      expect(blocks).toHaveLength(8)
      allocateParameters([parameters], new Random(1))
      for (const name of blocks) {
        const weights = parameters.view(name)
        weights.set(weights.map((weight) => times * weight))
      }
      const runtime = await loadRuntime('onnxruntime')
      const program = await runtime.compile({ outputs: { h }, bind: parameters.bindings(), threads: 1 })
      const random = new Random(2)
      program.inputs.x!.set(Float32Array.from({ length: 80 }, () => random.normal()))
      await program.run()
      for (let row = 0; row < 4; row++) {
        const values = [...program.outputs.h!.subarray(row * 32, (row + 1) * 32)]
        const mean = values.reduce((all, value) => all + value, 0) / 32
        expect(mean).toBeCloseTo(0, 5)
        expect(values.reduce((all, value) => all + value ** 2, 0) / 32).toBeCloseTo(1, 3)
      }
      await program.release()
    },
  )

  it('learn basic by PPO', async () => {
    const network = { ...ppoBasic.network_settings, network_type: 'residual' }
    const loop = await PlayLoop.start({
      environment: 'basic',
      settings: { ...ppoBasic, network_settings: network },
    })
    await loop.run(8_000)
    expect(loop.recentReturn(1_500)).toBeGreaterThan(0.8)
    await loop.algorithm.release()
  })
})
