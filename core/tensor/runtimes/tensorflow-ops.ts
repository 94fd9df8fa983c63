/** How each primitive operation is called in TensorFlow.js. */
import type * as Tf from '@tensorflow/tfjs'
import type { Op, Value } from '../graph.ts'
import type { Shape } from '../shape.ts'

type TensorFlow = typeof Tf
type Sides = [[number, number], [number, number], [number, number], [number, number]]
type Operands = readonly Tf.Tensor[]
type Interpretation<K extends Op> = (tf: TensorFlow, x: Operands, value: Value<K>) => Tf.Tensor

const interpretations: { readonly [K in Exclude<Op, 'input' | 'constant'>]: Interpretation<K> } = {
  matmul: (tf, [a, b], { attributes: { transposeA, transposeB } }) =>
    tf.matMul(a!, b!, transposeA, transposeB),
  add: (tf, [a, b]) => tf.add(a!, b!),
  sub: (tf, [a, b]) => tf.sub(a!, b!),
  mul: (tf, [a, b]) => tf.mul(a!, b!),
  div: (tf, [a, b]) => tf.div(a!, b!),
  minimum: (tf, [a, b]) => tf.minimum(a!, b!),
  maximum: (tf, [a, b]) => tf.maximum(a!, b!),
  relu: (tf, [x]) => tf.relu(x!),
  tanh: (tf, [x]) => tf.tanh(x!),
  sigmoid: (tf, [x]) => tf.sigmoid(x!),
  exp: (tf, [x]) => tf.exp(x!),
  log: (tf, [x]) => tf.log(x!),
  softplus: (tf, [x]) => tf.softplus(x!),
  sqrt: (tf, [x]) => tf.sqrt(x!),
  abs: (tf, [x]) => tf.abs(x!),
  sign: (tf, [x]) => tf.sign(x!),
  clip: (tf, [x], { attributes: { low, high } }) => tf.clipByValue(x!, low, high),
  compare: (tf, [a, b], { attributes: { relation } }) => tf.cast(tf[relation](a!, b!), 'float32'),
  stopGradient: (_, [x]) => x!.clone(),
  random: (tf, _, { attributes: { distribution }, shape }) =>
    distribution === 'normal' ? tf.randomNormal([...shape]) : tf.randomUniform([...shape]),
  softmax: (tf, [x]) => tf.softmax(x!),
  logSoftmax: (tf, [x]) => tf.logSoftmax(x!),
  rmsNorm: (tf, [x], { attributes: { epsilon } }) =>
    tf.mul(x!, tf.rsqrt(tf.add(tf.mean(tf.square(x!), -1, true), epsilon))),
  sum: (tf, [x], { attributes: { axes, keepDims } }) => tf.sum(x!, [...axes], keepDims),
  max: (tf, [x], { attributes: { axis } }) => tf.max(x!, axis),
  argmax: (tf, [x]) => tf.cast(tf.argMax(x!, -1), 'float32'),
  reshape: (tf, [x], { shape }) => tf.reshape(x!, [...shape]),
  broadcast: (tf, [x], { shape }) => tf.broadcastTo(x!, [...shape]),
  transpose: (tf, [x], { attributes: { permutation } }) => tf.transpose(x!, [...permutation]),
  concat: (tf, parts, { attributes: { axis } }) => tf.concat([...parts], axis),
  slice: (tf, [x], { attributes: { axis, from }, shape }) => {
    const begin = shape.map((_, i) => (i === axis ? from : 0))
    return tf.slice(x!, begin, [...shape])
  },
  pad: (tf, [x], { attributes: { axis, before, after }, shape }) =>
    tf.pad(
      x!,
      shape.map((_, i): [number, number] => (i === axis ? [before, after] : [0, 0])),
    ),
  convolution: (tf, [x, w], { attributes: { stride, padding } }) =>
    fromImages(tf, tf.conv2d(toImages(tf, x!), toKernels(tf, w!), stride, sides(padding), 'NHWC')),
  convolutionInput: (tf, [dy, w], { attributes: { stride, padding }, shape }) => {
    const target = imageShape(shape)
    return fromImages(
      tf,
      tf.conv2dTranspose(toImages(tf, dy!), toKernels(tf, w!), target, stride, sides(padding)),
    )
  },
  convolutionWeight: (tf, [x, dy], { attributes: { stride, padding }, shape }) => {
    const [outputs, channels, height, width] = shape as [number, number, number, number]
    // The gradient by the kernels has a kernel of its own in TensorFlow.js, but no function.
    const slope = tf.engine().runKernel<Tf.Tensor4D>(
      'Conv2DBackpropFilter',
      { x: toImages(tf, x!), dy: toImages(tf, dy!) },
      {
        strides: stride,
        pad: sides(padding),
        dataFormat: 'NHWC',
        filterShape: [height, width, channels, outputs],
      },
    )
    return tf.transpose(slope, [3, 2, 0, 1])
  },
}

/** One operation on its operands. */
export function interpret(tf: TensorFlow, value: Value, operands: Operands): Tf.Tensor {
  const interpretation = interpretations[value.op as keyof typeof interpretations] as Interpretation<Op>
  return interpretation(tf, operands, value)
}

/** Given as one number, TensorFlow.js takes kernels to be square. */
function sides(padding: number): Sides {
  return [
    [0, 0],
    [padding, padding],
    [padding, padding],
    [0, 0],
  ]
}

/** [B, C, H, W] -> [B, H, W, C], the only layout that all its backends know. */
function toImages(tf: TensorFlow, x: Tf.Tensor): Tf.Tensor4D {
  return tf.transpose(x as Tf.Tensor4D, [0, 2, 3, 1])
}

function fromImages(tf: TensorFlow, x: Tf.Tensor4D): Tf.Tensor {
  return tf.transpose(x, [0, 3, 1, 2])
}

/** [O, C, kh, kw] -> [kh, kw, C, O] */
function toKernels(tf: TensorFlow, w: Tf.Tensor): Tf.Tensor4D {
  return tf.transpose(w as Tf.Tensor4D, [2, 3, 1, 0])
}

function imageShape(shape: Shape): [number, number, number, number] {
  const [batch, channels, height, width] = shape as [number, number, number, number]
  return [batch, height, width, channels]
}
