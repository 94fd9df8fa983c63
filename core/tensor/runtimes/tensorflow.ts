/**
 * The second engine: TensorFlow.js, which interprets the graph operation by operation. It is here for machines where
 * ONNX Runtime does not load, and as the independent judge of values and gradients in the tests.
 */
import { createRequire } from 'node:module'
import type * as Tf from '@tensorflow/tfjs'
import { UserError } from '../../errors.ts'
import { isOp, type Value } from '../graph.ts'
import {
  arrays,
  type CompileSpec,
  layOut,
  type Program,
  type ProgramLayout,
  type Runtime,
} from '../runtime.ts'
import { interpret } from './tensorflow-ops.ts'

type TensorFlow = typeof Tf

let loaded: Promise<{ tf: TensorFlow; description: string }> | undefined

export async function tensorflow(): Promise<Runtime> {
  loaded ??= load()
  const { tf, description } = await loaded
  return { name: 'tensorflow', description, compile: async (spec) => compile(tf, spec) }
}

/** The fastest TensorFlow.js that is installed: native library, WebAssembly, plain JavaScript. */
async function load(): Promise<{ tf: TensorFlow; description: string }> {
  const require = createRequire(import.meta.url)
  if (isInstalled(require, '@tensorflow/tfjs-node')) {
    putBackNullCheck(require)
    const tf = require('@tensorflow/tfjs-node') as TensorFlow
    return { tf, description: `@tensorflow/tfjs-node ${tf.version_core}` }
  }
  if (!isInstalled(require, '@tensorflow/tfjs')) {
    throw new UserError('the engine tensorflow is not part of this installation', {
      remedy: 'leave the engine at onnxruntime',
    })
  }
  const tf = require('@tensorflow/tfjs') as TensorFlow
  // Production mode leaves out the advice to install the native package, and checks of every single result.
  tf.enableProdMode()
  let backend = 'cpu'
  if (isInstalled(require, '@tensorflow/tfjs-backend-wasm')) {
    require('@tensorflow/tfjs-backend-wasm')
    backend = 'wasm'
  }
  await tf.setBackend(backend)
  await tf.ready()
  return { tf, description: `@tensorflow/tfjs ${tf.version_core}, ${backend} backend` }
}

function isInstalled(require: NodeJS.Require, name: string): boolean {
  try {
    require.resolve(name)
    return true
  } catch {
    return false
  }
}

/** tfjs-node 4.22 calls `util.isNullOrUndefined`, which Node 23 removed. */
function putBackNullCheck(require: NodeJS.Require): void {
  const util = require('node:util') as { isNullOrUndefined?: (value: unknown) => boolean }
  util.isNullOrUndefined ??= (value) => value === null || value === undefined
}

function compile(tf: TensorFlow, spec: CompileSpec): Program {
  const layout = layOut(spec)
  const constants = new Map<Value, Tf.Tensor>()
  for (const value of layout.values) {
    if (isOp(value, 'constant')) {
      constants.set(value, tf.tensor(value.attributes.data, [...value.shape], 'float32'))
    }
  }
  return {
    inputs: arrays(layout.inputs),
    outputs: arrays(layout.outputs),
    run: async () => {
      tf.tidy(() => evaluate(tf, layout, constants))
    },
    release: async () => {
      for (const tensor of constants.values()) tensor.dispose()
    },
  }
}

function evaluate(tf: TensorFlow, layout: ProgramLayout, constants: ReadonlyMap<Value, Tf.Tensor>): void {
  const held = new Map(constants)
  for (const { value, data } of layout.inputs) {
    // A copy: backends keep the array they are given, and an output may be bound to the same memory.
    held.set(value, tf.tensor(data.slice(), [...value.shape], 'float32'))
  }
  for (const value of layout.values) {
    if (held.has(value)) continue
    held.set(
      value,
      interpret(
        tf,
        value,
        value.inputs.map((input) => held.get(input)!),
      ),
    )
  }
  for (const { value, data } of layout.outputs) data.set(held.get(value)!.dataSync<'float32'>())
}
