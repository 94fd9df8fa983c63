/** Q(s, a) asked of the taken rows alone is Q(s, .) at a, and so is its gradient. */
import { describe, expect, test } from 'vitest'
import { makeEnvironment, observationSize } from '../../../core/envs/index.ts'
import { networkSettings } from '../../../core/learn/index.ts'
import { ActionLayout } from '../../../core/learn/networks/action-layout.ts'
import { perAction, perTaken } from '../../../core/learn/networks/networks.ts'
import { Random } from '../../../core/random.ts'
import {
  allocateParameters,
  Graph,
  gradients,
  loadRuntime,
  mul,
  oneHot,
  Parameters,
  sum,
  type Value,
} from '../../../core/tensor/index.ts'

const { spec } = makeEnvironment('bubble/25')
const layout = new ActionLayout(spec)
const B = 5

describe.each([true, false])('with a shared head: %s', (shared_head) => {
  test('the values and slopes of taken actions are those of the whole row', async () => {
    const settings = networkSettings.parse({ hidden_units: 12, head_units: 8, shared_head })
    const options = { outputGain: 1, norm: true, heads: 2 }
    const parameters = new Parameters('q')
    const graph = new Graph()
    const x = graph.input('x', [B, observationSize(spec)])
    const size = layout.groups[0]!.size
    const choice = oneHot(graph.input('choice', [B]), size)
    const scope = { graph, parameters }
    const whole = perAction(scope, 'q', x, spec, layout, settings, options)[0]!.map((q) =>
      sum(mul(q, choice), [1]),
    )
    const taken = perTaken(scope, 'q', x, [choice], spec, layout, settings, options)[0]!
    const outputs: Record<string, Value> = {}
    for (const [name, heads] of Object.entries({ whole, taken })) {
      // Unequal weights, so that a head in the place of the other would be seen.
      const total = sum(heads.map((q, i) => mul(q, i + 1)).reduce((a, b) => mul(a, b)))
      outputs[`${name}/0`] = heads[0]!
      outputs[`${name}/1`] = heads[1]!
      gradients(total, parameters.of(graph)).forEach((slope, i) => {
        outputs[`${name}/${i + 2}`] = slope
      })
    }
    const random = new Random(3)
    allocateParameters([parameters], random)
    const runtime = await loadRuntime('onnxruntime')
    const program = await runtime.compile({ outputs, bind: parameters.bindings() })
    program.inputs.x!.forEach((_, i, all) => {
      all[i] = random.normal()
    })
    program.inputs.choice!.set([0, 17, 40, 41, size - 1])
    await program.run()
    const count = parameters.names.length + 2
    for (let i = 0; i < count; i++) {
      const [expected, actual] = [program.outputs[`whole/${i}`]!, program.outputs[`taken/${i}`]!]
      const scale = Math.max(...expected.map(Math.abs))
      expect(scale).toBeGreaterThan(0)
      for (const [j, value] of expected.entries()) {
        expect(Math.abs(actual[j]! - value) / scale).toBeLessThan(1e-5)
      }
    }
    await program.release()
  })
})
