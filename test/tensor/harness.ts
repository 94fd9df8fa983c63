import { createRequire } from 'node:module'
import type * as Tf from '@tensorflow/tfjs'
import { Random } from '../../core/random.ts'
import type { Value } from '../../core/tensor/graph.ts'
import type { RuntimeName } from '../../core/tensor/runtime.ts'
import { loadRuntime } from '../../core/tensor/runtimes/index.ts'
import { type Shape, sizeOf } from '../../core/tensor/shape.ts'
import type { OpCase } from './op-cases.ts'

/** TensorFlow.js itself, as the judge. */
export const tf = createRequire(import.meta.url)('@tensorflow/tfjs') as typeof Tf
tf.enableProdMode()

/** Numbers for the inputs `x0`, `x1`, ... of a case. */
export function samples(
  shapes: readonly Shape[],
  domain: OpCase['domain'] = 'signed',
  seed = 7,
): Float32Array[] {
  const random = new Random(seed)
  const total = shapes.reduce((sum, shape) => sum + sizeOf(shape), 0)
  const places = Array.from({ length: total }, (_, i) => i)
  random.shuffle(places)
  const draw = (): number => {
    if (domain === 'whole') return random.below(4)
    if (domain === 'apart') return (places.pop()! - total / 2 + 0.5) / 4
    const size = 0.5 + random.uniform()
    return domain === 'positive' || random.uniform() < 0.5 ? size : -size
  }
  return shapes.map((shape) => Float32Array.from({ length: sizeOf(shape) }, draw))
}

export function weights(shape: Shape, seed: number): Float32Array {
  const random = new Random(seed)
  return Float32Array.from({ length: sizeOf(shape) }, () => random.normal())
}

export type Evaluate = (inputs: readonly Float32Array[]) => Promise<Float32Array[]>

/** Compiles `outputs` and hands over a function from the arrays of x0, x1, ... to fresh arrays of results. */
export async function evaluator(
  name: RuntimeName,
  outputs: readonly Value[],
): Promise<{ evaluate: Evaluate; release: () => Promise<void> }> {
  const runtime = await loadRuntime(name)
  const named = Object.fromEntries(outputs.map((value, i) => [`y${i}`, value]))
  const program = await runtime.compile({ outputs: named })
  return {
    evaluate: async (inputs) => {
      for (const [i, data] of inputs.entries()) program.inputs[`x${i}`]?.set(data)
      await program.run()
      return outputs.map((_, i) => program.outputs[`y${i}`]!.slice())
    },
    release: () => program.release(),
  }
}

/**
 * Slopes of `f` at `inputs` by a central stencil of fourth order: error h^4, so that a wide h keeps float32 noise small.
 * Inputs must be further than 2 h from any kink.
 */
export async function finiteDifferences(
  f: (inputs: readonly Float32Array[]) => Promise<number>,
  inputs: readonly Float32Array[],
  h = 0.04,
): Promise<Float64Array[]> {
  const slopes: Float64Array[] = []
  for (const [k, array] of inputs.entries()) {
    const slope = new Float64Array(array.length)
    for (let i = 0; i < array.length; i++) {
      const at = async (shift: number): Promise<number> => {
        const moved = array.slice()
        moved[i]! += shift
        return f(inputs.with(k, moved))
      }
      const near = (await at(h)) - (await at(-h))
      const far = (await at(2 * h)) - (await at(-2 * h))
      slope[i] = (8 * near - far) / (12 * h)
    }
    slopes.push(slope)
  }
  return slopes
}

export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}

/** Largest difference, measured against the largest number of the expectation or 1. */
export function distance(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY
  let largest = 0
  let scale = 1
  for (let i = 0; i < actual.length; i++) {
    const gap = Math.abs(actual[i]! - expected[i]!)
    if (!(gap <= largest)) largest = gap
    scale = Math.max(scale, Math.abs(expected[i]!))
  }
  return largest / scale
}
