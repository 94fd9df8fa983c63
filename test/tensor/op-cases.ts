/** One row per function of ops/: how to build it, and the same thing in TensorFlow.js's own terms. */
import type * as Tf from '@tensorflow/tfjs'
import type { Value } from '../../core/tensor/graph.ts'
import * as ops from '../../core/tensor/ops.ts'
import type { Shape } from '../../core/tensor/shape.ts'

type TensorFlow = typeof Tf

export interface OpCase {
  /** Names of the exported function(s) under test, then what is special about the row. */
  readonly name: string
  readonly inputs: readonly Shape[]
  /**
   * 'signed': 0.5 to 1.5 from zero on either side. 'positive': the upper half of it. 'apart': all numbers at least
   * 0.25 from each other, for operations with a kink where two are equal. 'whole': 0 to 3.
   */
  readonly domain?: 'signed' | 'positive' | 'apart' | 'whole'
  readonly build: (...x: Value[]) => Value
  readonly reference: (tf: TensorFlow, ...x: Tf.Tensor[]) => Tf.Tensor
  /** No gradient flows through it, by definition. */
  readonly flat?: boolean
  /** TensorFlow.js has no second derivative of it. */
  readonly noReferenceGradient?: boolean
}

const A: Shape = [3, 4]
const images: Shape = [2, 3, 6, 5]
const kernels: Shape = [4, 3, 3, 2]

function elementwise(
  name: string,
  build: OpCase['build'],
  reference: OpCase['reference'],
  domain?: OpCase['domain'],
): OpCase {
  return { name, inputs: [A], build, reference, ...(domain && { domain }) }
}

const binaries = {
  add: ops.add,
  sub: ops.sub,
  mul: ops.mul,
  div: ops.div,
  minimum: ops.minimum,
  maximum: ops.maximum,
}

const comparisons = {
  greater: ops.greater,
  greaterEqual: ops.greaterEqual,
  less: ops.less,
  lessEqual: ops.lessEqual,
  equal: ops.equal,
}

function binary(name: keyof typeof binaries, domain?: OpCase['domain']): OpCase[] {
  const shapes: Shape[][] = [
    [A, A],
    [A, [4]],
    [[4], A],
    [
      [3, 1],
      [1, 4],
    ],
    [[], A],
  ]
  return shapes.map((inputs) => ({
    name: `${name} ${inputs.map((shape) => `[${shape}]`).join(' ')}`,
    inputs,
    build: (a, b) => binaries[name](a!, b!),
    reference: (tf, a, b) => {
      // TensorFlow.js forgets to sum the gradient of a minimum or maximum over stretched axes.
      const { shape } = tf.add(a!, b!)
      return tf[name](tf.broadcastTo(a!, shape), tf.broadcastTo(b!, shape))
    },
    ...(domain && { domain }),
  }))
}

function comparison(name: keyof typeof comparisons): OpCase {
  return {
    name,
    inputs: [[5, 3], [3]],
    domain: 'whole',
    build: (a, b) => comparisons[name](a!, b!),
    reference: (tf, a, b) => tf.cast(tf[name](a!, b!), 'float32'),
    flat: true,
  }
}

function convolution(stride: number, padding: number): OpCase[] {
  const nhwc = (tf: TensorFlow, x: Tf.Tensor) => tf.transpose(x as Tf.Tensor4D, [0, 2, 3, 1])
  const hwio = (tf: TensorFlow, w: Tf.Tensor) => tf.transpose(w as Tf.Tensor4D, [2, 3, 1, 0])
  // Given as one number, TensorFlow.js takes kernels to be square.
  const side: [number, number] = [padding, padding]
  const explicit: [[number, number], typeof side, typeof side, [number, number]] = [
    [0, 0],
    side,
    side,
    [0, 0],
  ]
  const convolve = (tf: TensorFlow, x: Tf.Tensor, w: Tf.Tensor) =>
    tf.transpose(tf.conv2d(nhwc(tf, x), hwio(tf, w), stride, explicit, 'NHWC'), [0, 3, 1, 2])
  const size = (length: number, kernel: number) => Math.floor((length + 2 * padding - kernel) / stride) + 1
  const result: Shape = [2, 4, size(6, 3), size(5, 2)]
  const label = `stride ${stride} padding ${padding}`
  return [
    {
      name: `conv2d ${label}`,
      inputs: [images, kernels],
      build: (x, w) => ops.conv2d(x!, w!, { stride, padding }),
      reference: (tf, x, w) => convolve(tf, x!, w!),
    },
    {
      name: `conv2dInput ${label}`,
      inputs: [result, kernels],
      build: (dy, w) => ops.conv2dInput(dy!, w!, images, { stride, padding }),
      reference: (tf, dy, w) => tf.grad((x) => convolve(tf, x, w!))(tf.zeros([...images]), dy),
      noReferenceGradient: true,
    },
    {
      name: `conv2dWeight ${label}`,
      inputs: [images, result],
      build: (x, dy) => ops.conv2dWeight(x!, dy!, kernels, { stride, padding }),
      reference: (tf, x, dy) => tf.grad((w) => convolve(tf, x!, w))(tf.zeros([...kernels]), dy),
      noReferenceGradient: true,
    },
  ]
}

function matmuls(): OpCase[] {
  return [false, true].flatMap((transposeA) =>
    [false, true].map((transposeB) => ({
      name: `matmul ${transposeA} ${transposeB}`,
      inputs: [transposeA ? [2, 3] : [3, 2], transposeB ? [4, 2] : [2, 4]],
      build: (a: Value, b: Value) => ops.matmul(a, b, { transposeA, transposeB }),
      reference: (tf: TensorFlow, a: Tf.Tensor, b: Tf.Tensor) => tf.matMul(a, b, transposeA, transposeB),
    })),
  ) as OpCase[]
}

export const opCases: readonly OpCase[] = [
  {
    name: 'addAll',
    inputs: [A, A, [1, 4]],
    build: (x, y, z) => ops.addAll([x!, y!, z!]),
    reference: (_tf, x, y, z) => x!.add(y!).add(z!),
  },
  ...matmuls(),
  {
    name: 'matmul of rank 3',
    inputs: [
      [2, 3, 4],
      [4, 2],
    ],
    build: (a, b) => ops.matmul(a!, b!),
    reference: (tf, a, b) => tf.reshape(tf.matMul(tf.reshape(a!, [6, 4]), b as Tf.Tensor2D), [2, 3, 2]),
  },
  {
    name: 'matmul of a transposed value',
    inputs: [
      [4, 3],
      [4, 2],
    ],
    build: (a, b) => ops.matmul(ops.transpose(a!, [1, 0]), b!),
    reference: (tf, a, b) => tf.matMul(a!, b!, true),
  },
  {
    name: 'matmul and bias',
    inputs: [A, [4, 2], [2]],
    build: (x, w, b) => ops.add(ops.matmul(x!, w!), b!),
    reference: (tf, x, w, b) => tf.add(tf.matMul(x!, w!), b!),
  },
  ...binary('add'),
  ...binary('sub'),
  ...binary('mul'),
  ...binary('div'),
  ...binary('minimum', 'apart'),
  ...binary('maximum', 'apart'),
  elementwise(
    'add a number',
    (x) => ops.add(2, x!),
    (tf, x) => tf.add(x!, 2),
  ),
  elementwise(
    'sub from a number',
    (x) => ops.sub(1, x!),
    (tf, x) => tf.sub(1, x!),
  ),
  elementwise(
    'mul by numbers in a chain',
    (x) => ops.mul(0.5, ops.mul(3, x!)),
    (tf, x) => tf.mul(x!, 1.5),
  ),
  elementwise(
    'div of a number',
    (x) => ops.div(2, x!),
    (tf, x) => tf.div(2, x!),
  ),
  elementwise(
    'neg',
    (x) => ops.neg(x!),
    (tf, x) => tf.neg(x!),
  ),
  elementwise(
    'square',
    (x) => ops.square(x!),
    (tf, x) => tf.square(x!),
  ),
  elementwise(
    'relu',
    (x) => ops.relu(x!),
    (tf, x) => tf.relu(x!),
  ),
  elementwise(
    'tanh',
    (x) => ops.tanh(x!),
    (tf, x) => tf.tanh(x!),
  ),
  elementwise(
    'sigmoid',
    (x) => ops.sigmoid(x!),
    (tf, x) => tf.sigmoid(x!),
  ),
  elementwise(
    'exp',
    (x) => ops.exp(x!),
    (tf, x) => tf.exp(x!),
  ),
  elementwise(
    'log',
    (x) => ops.log(x!),
    (tf, x) => tf.log(x!),
    'positive',
  ),
  elementwise(
    'softplus',
    (x) => ops.softplus(x!),
    (tf, x) => tf.softplus(x!),
  ),
  elementwise(
    'sqrt',
    (x) => ops.sqrt(x!),
    (tf, x) => tf.sqrt(x!),
    'positive',
  ),
  elementwise(
    'abs',
    (x) => ops.abs(x!),
    (tf, x) => tf.abs(x!),
  ),
  elementwise(
    'swish',
    (x) => ops.swish(x!),
    (tf, x) => tf.mul(x!, tf.sigmoid(x!)),
  ),
  elementwise(
    'clip',
    (x) => ops.clip(x!, -10, 0),
    (tf, x) => tf.clipByValue(x!, -10, 0),
  ),
  {
    ...elementwise(
      'sign',
      (x) => ops.sign(x!),
      (tf, x) => tf.sign(x!),
    ),
    flat: true,
  },
  {
    ...elementwise(
      'stopGradient',
      (x) => ops.stopGradient(x!),
      (_, x) => x!.clone(),
    ),
    flat: true,
  },
  comparison('greater'),
  comparison('greaterEqual'),
  comparison('less'),
  comparison('lessEqual'),
  comparison('equal'),
  {
    name: 'oneHot',
    inputs: [[5]],
    domain: 'whole',
    build: (x) => ops.oneHot(x!, 4),
    reference: (tf, x) => tf.cast(tf.oneHot(tf.cast(x!, 'int32'), 4), 'float32'),
    flat: true,
  },
  elementwise(
    'softmax',
    (x) => ops.softmax(x!),
    (tf, x) => tf.softmax(x!),
  ),
  elementwise(
    'logSoftmax',
    (x) => ops.logSoftmax(x!),
    (tf, x) => tf.logSoftmax(x!),
  ),
  elementwise(
    'rmsNorm',
    (x) => ops.rmsNorm(x!, 1e-3),
    (tf, x) => tf.div(x!, tf.sqrt(tf.add(tf.mean(tf.square(x!), -1, true), 1e-3))),
  ),
  {
    name: 'layerNorm',
    inputs: [A, [4], [4]],
    build: (x, scale, bias) => ops.layerNorm(x!, scale!, bias!),
    reference: (tf, x, scale, bias) => {
      const { mean, variance } = tf.moments(x!, -1, true)
      return tf.add(tf.mul(tf.div(tf.sub(x!, mean), tf.sqrt(tf.add(variance, 1e-5))), scale!), bias!)
    },
  },
  elementwise(
    'sum',
    (x) => ops.sum(x!),
    (tf, x) => tf.sum(x!),
  ),
  elementwise(
    'sum over the first axis',
    (x) => ops.sum(x!, 0),
    (tf, x) => tf.sum(x!, 0),
  ),
  elementwise(
    'sum that keeps axes',
    (x) => ops.sum(x!, [-1], { keepDims: true }),
    (tf, x) => tf.sum(x!, -1, true),
  ),
  elementwise(
    'mean',
    (x) => ops.mean(x!),
    (tf, x) => tf.mean(x!),
  ),
  {
    name: 'mean over two of three axes',
    inputs: [[2, 3, 4]],
    build: (x) => ops.mean(x!, [0, 2]),
    reference: (tf, x) => tf.mean(x!, [0, 2]),
  },
  elementwise(
    'max',
    (x) => ops.max(x!, 1),
    (tf, x) => tf.max(x!, 1),
    'apart',
  ),
  elementwise(
    'max over the first axis',
    (x) => ops.max(x!, 0),
    (tf, x) => tf.max(x!, 0),
    'apart',
  ),
  {
    ...elementwise(
      'argmax',
      (x) => ops.argmax(x!),
      (tf, x) => tf.cast(tf.argMax(x!, -1), 'float32'),
      'apart',
    ),
    flat: true,
  },
  elementwise(
    'reshape',
    (x) => ops.reshape(x!, [2, 6]),
    (tf, x) => tf.reshape(x!, [2, 6]),
  ),
  elementwise(
    'broadcastTo',
    (x) => ops.broadcastTo(x!, [2, 3, 4]),
    (tf, x) => tf.broadcastTo(x!, [2, 3, 4]),
  ),
  {
    name: 'transpose',
    inputs: [[2, 3, 4]],
    build: (x) => ops.transpose(x!, [2, 0, 1]),
    reference: (tf, x) => tf.transpose(x!, [2, 0, 1]),
  },
  {
    name: 'concat',
    inputs: [A, [3, 2]],
    build: (a, b) => ops.concat([a!, b!, a!], 1),
    reference: (tf, a, b) => tf.concat([a!, b!, a!], 1),
  },
  elementwise(
    'slice',
    (x) => ops.slice(x!, 1, 1, 3),
    (tf, x) => tf.slice(x!, [0, 1], [3, 2]),
  ),
  elementwise(
    'pad',
    (x) => ops.pad(x!, 1, 2, 1),
    (tf, x) =>
      tf.pad(x!, [
        [0, 0],
        [2, 1],
      ]),
  ),
  ...convolution(1, 0),
  ...convolution(2, 1),
]

/** Functions of ops/ that cannot stand in the table, because no two engines draw the same numbers. */
export const untabled: readonly string[] = ['randomUniform', 'randomNormal', 'scalarConstant']
