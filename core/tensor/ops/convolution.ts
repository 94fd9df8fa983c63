/**
 * Convolution without kernel flip, as everyone calls it. With T = sum of cotangent * convolution(x, w), the three
 * operations here are the derivatives of T by cotangent, x and w. T is linear in each, so the derivatives of each of
 * the three are again the other two, and the family is closed under differentiation to any order.
 */
import type { Value } from '../graph.ts'
import { formatShape, type Shape } from '../shape.ts'

export interface ConvolutionOptions {
  readonly stride?: number
  /** Zeros on each of the four sides. */
  readonly padding?: number
}

/** x [B, C, H, W], w [O, C, kh, kw] -> [B, O, H', W'] with H' = floor((H + 2 padding - kh) / stride) + 1. */
export function conv2d(x: Value, w: Value, options: ConvolutionOptions = {}): Value {
  const { stride = 1, padding = 0 } = options
  const [batch, channels, height, width] = x.shape
  const [outputs, inputs, kernelHeight, kernelWidth] = w.shape
  if (x.shape.length !== 4 || w.shape.length !== 4 || channels !== inputs) {
    throw new Error(`conv2d: images ${formatShape(x.shape)} and kernels ${formatShape(w.shape)} do not fit`)
  }
  const extent = (size: number, kernel: number): number =>
    Math.floor((size + 2 * padding - kernel) / stride) + 1
  const shape = [batch!, outputs!, extent(height!, kernelHeight!), extent(width!, kernelWidth!)]
  if (shape[2]! < 1 || shape[3]! < 1) {
    throw new Error(`conv2d: kernels ${formatShape(w.shape)} are larger than images ${formatShape(x.shape)}`)
  }
  return x.graph.apply('convolution', [x, w], shape, { stride, padding })
}

/** Derivative of T by the images: cotangent [B, O, H', W'], w [O, C, kh, kw] -> [B, C, H, W]. */
export function conv2dInput(cotangent: Value, w: Value, shape: Shape, options: ConvolutionOptions): Value {
  const { stride = 1, padding = 0 } = options
  return cotangent.graph.apply('convolutionInput', [cotangent, w], shape, { stride, padding })
}

/** Derivative of T by the kernels: x [B, C, H, W], cotangent [B, O, H', W'] -> [O, C, kh, kw]. */
export function conv2dWeight(x: Value, cotangent: Value, shape: Shape, options: ConvolutionOptions): Value {
  const { stride = 1, padding = 0 } = options
  return x.graph.apply('convolutionWeight', [x, cotangent], shape, { stride, padding })
}
