import { kernelModule } from './kernels/module.ts'

/** The part of the WebAssembly API in use; Node has it, but its type package leaves it to the DOM's. */
interface WasmMemory {
  readonly buffer: ArrayBuffer
}
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object
  Memory: new (size: { initial: number; maximum: number }) => WasmMemory
  Instance: new (module: object, imports: { env: { memory: WasmMemory } }) => { exports: object }
}

/** The compiled kernels over one memory; arguments are described in kernels/kernels.ts. */
export interface Kernels {
  readonly memory: WasmMemory
  sumOfSquares(x: number, count: number): number
  adam(
    w: number,
    gradient: number,
    m: number,
    v: number,
    count: number,
    stepSize: number,
    beta1: number,
    beta2: number,
    epsilon: number,
    rootCorrection: number,
    keep: number,
    scale: number,
    target: number,
    tau: number,
  ): number
  polyak(target: number, source: number, count: number, tau: number): void
}

const PAGE = 65536

let compiled: object | undefined

/** @param bytes  size of the memory, which never grows: growing would detach every view */
export function instantiateKernels(bytes: number): Kernels {
  compiled ??= new WebAssembly.Module(Buffer.from(kernelModule, 'base64'))
  const pages = Math.max(1, Math.ceil(bytes / PAGE))
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages })
  const { exports } = new WebAssembly.Instance(compiled, { env: { memory } })
  return { ...(exports as Kernels), memory }
}
