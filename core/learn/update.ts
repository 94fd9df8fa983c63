/**
 * One graph that is run again and again, an update of a learner as a rule. What goes in is declared together with what fills it, and
 * what comes out with what becomes of it, so that nothing is known by a name that two places must agree on.
 */
import {
  Graph,
  type Parameters,
  type Program,
  type Runtime,
  type Shape,
  type Value,
} from '../tensor/index.ts'
import type { Metrics } from './metrics.ts'

/** What a value of the graph came to in the last run; the array stays the same. */
export type Reading = () => Float32Array

export class Update {
  readonly graph = new Graph()
  readonly #before: ((inputs: Program['inputs']) => void)[] = []
  readonly #fed = new Set<string>()
  readonly #outputs: Record<string, Value> = {}
  readonly #bind: Record<string, Float32Array> = {}
  readonly #reported: { readonly metric: string; readonly read: Reading }[] = []
  #program: Program | undefined

  /** Work before every run; it comes in the order in which inputs and such work are declared. */
  before(work: () => void): void {
    this.#before.push(work)
  }

  /** @param fill  writes the input's numbers before every run; it is not asked where no output depends on the input */
  input(name: string, shape: Shape, fill: (memory: Float32Array) => void): Value {
    if (this.#fed.has(name)) throw new Error(`the input "${name}" is declared twice`)
    this.#fed.add(name)
    this.#before.push((inputs) => {
      const memory = inputs[name]
      if (memory !== undefined) fill(memory)
    })
    return this.graph.input(name, shape)
  }

  /** A number that is asked for anew before every run. */
  scalar(name: string, value: () => number): Value {
    return this.input(name, [], (memory) => {
      memory[0] = value()
    })
  }

  read(value: Value): Reading {
    const name = `out${Object.keys(this.#outputs).length}`
    this.#outputs[name] = value
    return () => this.#running.outputs[name]!
  }

  /** A scalar that `tell` adds to the metrics after a run. */
  report(metric: string, value: Value): void {
    this.#reported.push({ metric, read: this.read(value) })
  }

  /** Every run writes the gradients of the loss into the memory of these sets, for their optimizers. */
  descend(loss: Value, ...sets: readonly Parameters[]): void {
    for (const set of sets) Object.assign(this.#outputs, set.gradientsOf(loss))
  }

  /**
   * Once everything is declared and all weights are allocated.
   * @param sets  whose weights the graph uses, and whose gradients it writes
   * @param bind  further memory of inputs by name
   */
  async compile(
    runtime: Runtime,
    threads: number,
    sets: readonly Parameters[],
    bind: Readonly<Record<string, Float32Array>> = {},
  ): Promise<void> {
    for (const set of sets) Object.assign(this.#bind, set.bindings(), set.gradientBindings())
    Object.assign(this.#bind, bind)
    this.#program = await runtime.compile({ outputs: this.#outputs, bind: this.#bind, threads })
    const given = Object.keys(this.#bind)
    const unfed = Object.keys(this.#program.inputs).filter(
      (name) => !this.#fed.has(name) && !given.includes(name),
    )
    if (unfed.length > 0) throw new Error(`nothing fills the input ${unfed.join(', ')}`)
  }

  async run(): Promise<void> {
    const program = this.#running
    for (const work of this.#before) work(program.inputs)
    await program.run()
  }

  tell(metrics: Metrics): void {
    for (const { metric, read } of this.#reported) metrics.add(metric, read()[0]!)
  }

  async release(): Promise<void> {
    await this.#program?.release()
  }

  get #running(): Program {
    if (this.#program === undefined) throw new Error('the graph is run before it is compiled')
    return this.#program
  }
}
