/** First values of weights. Weights are [inputs, outputs], convolution kernels [outputs, inputs, height, width]. */
import type { Random } from '../random.ts'
import { type Shape, sizeOf } from './shape.ts'

export type Initializer = (values: Float32Array, shape: Shape, random: Random) => void

export const zeros: Initializer = (values) => {
  values.fill(0)
}

export function constantInit(value: number): Initializer {
  return (values) => {
    values.fill(value)
  }
}

/** Uniform in [-limit, limit). */
export function uniform(limit: number): Initializer {
  return (values, _shape, random) => {
    for (let i = 0; i < values.length; i++) values[i] = limit * (2 * random.uniform() - 1)
  }
}

export function normal(deviation: number): Initializer {
  return (values, _shape, random) => {
    for (let i = 0; i < values.length; i++) values[i] = deviation * random.normal()
  }
}

/** Normal with deviation gain * sqrt(2 / inputs) (He et al. 2015). */
export function heNormal(gain = 1): Initializer {
  return (values, shape, random) => normal(gain * Math.sqrt(2 / fans(shape).inputs))(values, shape, random)
}

/** Uniform within gain * sqrt(6 / (inputs + outputs)) (Glorot and Bengio 2010). */
export function xavierUniform(gain = 1): Initializer {
  return (values, shape, random) => {
    const { inputs, outputs } = fans(shape)
    uniform(gain * Math.sqrt(6 / (inputs + outputs)))(values, shape, random)
  }
}

/** Uniform within gain / sqrt(inputs), PyTorch's default for linear layers at gain 1. */
export function fanInUniform(gain = 1): Initializer {
  return (values, shape, random) => uniform(gain / Math.sqrt(fans(shape).inputs))(values, shape, random)
}

/** Rows or columns, whichever are fewer, orthonormal, times gain (Saxe et al. 2014). */
export function orthogonal(gain = 1): Initializer {
  return (values, shape, random) => {
    const columns = shape.at(-1)!
    const rows = sizeOf(shape) / columns
    const [count, length] = [Math.min(rows, columns), Math.max(rows, columns)]
    const vectors: Float64Array[] = []
    while (vectors.length < count) {
      const vector = Float64Array.from({ length }, () => random.normal())
      for (const other of vectors) {
        const overlap = dot(vector, other)
        for (let i = 0; i < length; i++) vector[i]! -= overlap * other[i]!
      }
      const norm = Math.sqrt(dot(vector, vector))
      // A draw that nearly lies in the span of the others has lost its digits.
      if (norm > 1e-3) vectors.push(vector.map((x) => x / norm))
    }
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const [vector, place] = rows <= columns ? [row, column] : [column, row]
        values[row * columns + column] = gain * vectors[vector]![place]!
      }
    }
  }
}

function fans(shape: Shape): { inputs: number; outputs: number } {
  if (shape.length === 4) {
    const [outputs, inputs, height, width] = shape as [number, number, number, number]
    return { inputs: inputs * height * width, outputs: outputs * height * width }
  }
  return { inputs: sizeOf(shape.slice(0, -1)), outputs: shape.at(-1) ?? 1 }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}
