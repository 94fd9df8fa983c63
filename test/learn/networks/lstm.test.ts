import { describe, expect, it } from 'vitest'
import { lstm } from '../../../core/learn/networks/lstm.ts'
import { Random } from '../../../core/random.ts'
import {
  add,
  allocateParameters,
  Graph,
  gradients,
  loadRuntime,
  mul,
  Parameters,
  sum,
} from '../../../core/tensor/index.ts'
import { distance, tf, weights } from '../../tensor/harness.ts'

const [T, B, I, H] = [5, 2, 3, 4]

/** An LSTM over T steps, with random weights and two episodes that begin inside the sequences. */
async function unrolled() {
  const parameters = new Parameters('net')
  const graph = new Graph()
  const x = graph.input('x', [T * B, I])
  const state = graph.input('state', [B, 2 * H])
  const kept = graph.input('kept', [T * B, 1])
  const result = lstm({ graph, parameters }, 'lstm', x, state, kept)
  const loss = add(
    sum(mul(result.outputs, graph.input('by-output', [T * B, H]))),
    sum(mul(result.state, graph.input('by-state', [B, 2 * H]))),
  )
  const [dx, dState, ...rest] = gradients(loss, [x, state, ...parameters.of(graph)])
  allocateParameters([parameters], new Random(3))
  const first = parameters.save().values
  parameters.values.set(weights([parameters.size], 11))
  const program = await (await loadRuntime('onnxruntime')).compile({
    outputs: {
      outputs: result.outputs,
      last: result.state,
      dx: dx!,
      dState: dState!,
      dW: rest[0]!,
      dU: rest[1]!,
      db: rest[2]!,
    },
    bind: parameters.bindings(),
  })
  const { inputs } = program
  for (const [i, name] of ['x', 'state', 'by-output', 'by-state'].entries()) {
    inputs[name]!.set(weights([inputs[name]!.length], i))
  }
  // [T, B]: the first sequence goes on in step 2 with a new episode, the second begins with one
  inputs.kept!.set([1, 0, 1, 1, 0, 1, 1, 1, 1, 1])
  await program.run()
  return { parameters, program, first }
}

const logistic = (z: number) => 1 / (1 + Math.exp(-z))

describe('lstm', () => {
  it('follows its equations, and forgets where an episode begins', async () => {
    const { parameters, program } = await unrolled()
    const { x, state, kept } = program.inputs as Record<string, Float32Array>
    const [W, U, b] = ['input-weight', 'state-weight', 'bias'].map((name) => parameters.view(`lstm/${name}`))
    const [outputs, last] = [new Float64Array(T * B * H), new Float64Array(B * 2 * H)]
    for (let s = 0; s < B; s++) {
      let h = Array.from(state!.subarray(s * 2 * H, s * 2 * H + H))
      let c = Array.from(state!.subarray(s * 2 * H + H, (s + 1) * 2 * H))
      for (let t = 0; t < T; t++) {
        const row = t * B + s
        h = h.map((value) => value * kept![row]!)
        c = c.map((value) => value * kept![row]!)
        const gate = (column: number) => {
          let z = b![column]!
          for (let i = 0; i < I; i++) z += x![row * I + i]! * W![i * 4 * H + column]!
          for (let i = 0; i < H; i++) z += h[i]! * U![i * 4 * H + column]!
          return z
        }
        const z = Array.from({ length: 4 * H }, (_, column) => gate(column))
        c = c.map((value, j) => logistic(z[H + j]!) * value + logistic(z[j]!) * Math.tanh(z[2 * H + j]!))
        h = c.map((value, j) => logistic(z[3 * H + j]!) * Math.tanh(value))
        outputs.set(h, row * H)
      }
      last.set([...h, ...c], s * 2 * H)
    }
    expect(distance(program.outputs.outputs!, outputs)).toBeLessThan(1e-6)
    expect(distance(program.outputs.last!, last)).toBeLessThan(1e-6)
    await program.release()
  })

  it('has the gradients that TensorFlow.js finds', async () => {
    const { parameters, program } = await unrolled()
    const { inputs, outputs } = program
    const at = (name: string) => Array.from(parameters.view(`lstm/${name}`))
    const slopes = tf.grads((x, state, W, U, b) => {
      let [h, c] = tf.split(state!, 2, 1) as [typeof x, typeof x]
      const seen: (typeof x)[] = []
      for (let t = 0; t < T; t++) {
        const keep = tf.tensor(inputs.kept!.slice(t * B, (t + 1) * B), [B, 1])
        h = tf.mul(h!, keep)
        c = tf.mul(c!, keep)
        const z = tf.add(tf.add(tf.matMul(tf.slice(x!, [t * B, 0], [B, I]), W!), tf.matMul(h, U!)), b!)
        const [i, f, g, o] = tf.split(z, 4, 1)
        c = tf.add(tf.mul(tf.sigmoid(f!), c), tf.mul(tf.sigmoid(i!), tf.tanh(g!)))
        h = tf.mul(tf.sigmoid(o!), tf.tanh(c))
        seen.push(h)
      }
      const byOutput = tf.tensor(inputs['by-output']!.slice(), [T * B, H])
      const byState = tf.tensor(inputs['by-state']!.slice(), [B, 2 * H])
      const total = tf.add(
        tf.sum(tf.mul(tf.concat(seen as never[], 0), byOutput)),
        tf.sum(tf.mul(tf.concat([h!, c!], 1), byState)),
      )
      return total as never
    })([
      tf.tensor(inputs.x!.slice(), [T * B, I]),
      tf.tensor(inputs.state!.slice(), [B, 2 * H]),
      tf.tensor(at('input-weight'), [I, 4 * H]),
      tf.tensor(at('state-weight'), [H, 4 * H]),
      tf.tensor(at('bias'), [1, 4 * H]),
    ])
    for (const [i, name] of ['dx', 'dState', 'dW', 'dU', 'db'].entries()) {
      expect(distance(outputs[name]!, slopes[i]!.dataSync()), name).toBeLessThan(1e-5)
    }
    await program.release()
  })

  it('begins with open forget gates', async () => {
    const { parameters, program, first } = await unrolled()
    const bias = first.subarray(parameters.size - 4 * H)
    expect([...bias]).toEqual([...Array(H).fill(0), ...Array(H).fill(1), ...Array(2 * H).fill(0)])
    await program.release()
  })
})
