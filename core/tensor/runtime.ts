/** What runs a graph: two engines stand behind one interface. */
import { ancestors, isOp, type Value } from './graph.ts'
import { formatShape, sizeOf } from './shape.ts'

export type RuntimeName = 'onnxruntime' | 'tensorflow'

export const runtimeNames: readonly RuntimeName[] = ['onnxruntime', 'tensorflow']

export interface CompileSpec {
  readonly outputs: Readonly<Record<string, Value>>
  /**
   * Memory for named inputs and outputs (weights, gradients), read and written in place. Names that the graph does not
   * need are passed over, so a whole parameter set may be bound.
   */
  readonly bind?: Readonly<Record<string, Float32Array>>
  /** Threads within one operation; 1 unless given. */
  readonly threads?: number
}

export interface Runtime {
  readonly name: RuntimeName
  /** The engine below and its version, for people: 'onnxruntime-node 1.30.0'. */
  readonly description: string
  compile(spec: CompileSpec): Promise<Program>
}

/** A compiled graph with its memory. Fill `inputs`, `run`, read `outputs`; the arrays stay the same. */
export interface Program {
  readonly inputs: Readonly<Record<string, Float32Array>>
  readonly outputs: Readonly<Record<string, Float32Array>>
  run(): Promise<void>
  release(): Promise<void>
}

/** Everything a program needs to know of its graph: the inputs in use, and memory for inputs and outputs. */
export interface ProgramLayout {
  readonly values: readonly Value[]
  readonly inputs: readonly { readonly name: string; readonly value: Value; readonly data: Float32Array }[]
  readonly outputs: readonly { readonly name: string; readonly value: Value; readonly data: Float32Array }[]
}

/** Lays out a program's memory: the bound arrays where there are any, fresh ones elsewhere. */
export function layOut({ outputs, bind = {} }: CompileSpec): ProgramLayout {
  const values = ancestors(Object.values(outputs))
  const place = (name: string, value: Value): { name: string; value: Value; data: Float32Array } => {
    const size = sizeOf(value.shape)
    const data = (Object.hasOwn(bind, name) ? bind[name] : undefined) ?? new Float32Array(size)
    if (data.length !== size) {
      throw new Error(`${data.length} numbers are bound to "${name}" of shape ${formatShape(value.shape)}`)
    }
    return { name, value, data }
  }
  const inputs = values.filter((value) => isOp(value, 'input')).map((value) => place(value.name!, value))
  for (const { name } of inputs) {
    if (Object.hasOwn(outputs, name)) throw new Error(`"${name}" names both an input and an output`)
  }
  return {
    values,
    inputs,
    outputs: Object.entries(outputs).map(([name, value]) => place(name, value)),
  }
}

/** The arrays of one side of a layout by name. */
export function arrays(side: ProgramLayout['inputs']): Record<string, Float32Array> {
  return Object.fromEntries(side.map(({ name, data }) => [name, data]))
}
