import { expect, test } from 'vitest'
import { Random } from '../../core/random.ts'
import {
  Adam,
  add,
  allocateParameters,
  Graph,
  gradients,
  initializers,
  loadRuntime,
  matmul,
  mean,
  Parameters,
  relu,
  square,
  sub,
} from '../../core/tensor/index.ts'

test('a two-layer network learns a toy regression', async () => {
  const [batch, hidden] = [64, 32]
  const network = new Parameters('net')
  const graph = new Graph()
  const x = graph.input('x', [batch, 1])
  const w1 = network.use(graph, 'w1', [1, hidden], initializers.heNormal())
  const b1 = network.use(graph, 'b1', [hidden], initializers.uniform(1))
  const w2 = network.use(graph, 'w2', [hidden, 1], initializers.heNormal())
  const b2 = network.use(graph, 'b2', [1], initializers.zeros)
  const y = add(matmul(relu(add(matmul(x, w1), b1)), w2), b2)
  const loss = mean(square(sub(y, graph.input('target', [batch, 1]))))
  const slopes = gradients(loss, network.of(graph))
  allocateParameters([network], new Random(1))
  const runtime = await loadRuntime('onnxruntime')
  const program = await runtime.compile({
    outputs: {
      loss,
      ...Object.fromEntries(network.names.map((name, i) => [network.gradientName(name), slopes[i]!])),
    },
    bind: { ...network.bindings(), ...network.gradientBindings() },
  })
  const adam = new Adam(network, { learningRate: 0.01 })
  const random = new Random(2)
  const losses: number[] = []
  for (let step = 0; step < 600; step++) {
    for (let i = 0; i < batch; i++) {
      const at = 2 * random.uniform() - 1
      program.inputs.x![i] = at
      program.inputs.target![i] = Math.sin(3 * at)
    }
    await program.run()
    adam.step({ maxNorm: 10 })
    losses.push(program.outputs.loss![0]!)
  }
  await program.release()
  expect(losses[0]).toBeGreaterThan(0.1)
  expect(losses.at(-1)).toBeLessThan(0.005)
})
