/** Policies in memory: those that were asked for last, since a loaded model holds native memory and is soon asked again. */
import { stat } from 'node:fs/promises'
import type { EnvironmentSpec, Player } from '../envs/index.ts'
import { openAgent, policyFile } from '../evaluate/index.ts'
import { explainReadError } from '../train/index.ts'

const kept = 8

export class Policies {
  /** By file and its state; the least recently used first. */
  readonly #opened = new Map<string, Promise<() => Player>>()

  /**
   * The policy of a run as a player of one board at a time.
   * @param source        `<data>/runs/<id>`, or an ONNX file
   * @param checkpoint    its step; the newest policy when undefined
   * @param output        the output of an ONNX file that holds actions, where several could
   * @throws UserError when there is none or it does not fit the environment
   */
  async player(
    spec: EnvironmentSpec,
    source: string,
    checkpoint: number | undefined,
    output?: string,
  ): Promise<Player> {
    const file = await policyFile(source, checkpoint)
    const { mtimeMs, size } = await stat(file).catch((error) => {
      throw explainReadError(error, file)
    })
    const key = JSON.stringify([file, mtimeMs, size, spec.id, spec.parameters])
    const opened = this.#opened.get(key) ?? openAgent(spec, file, { output })
    this.#opened.delete(key)
    this.#opened.set(key, opened)
    if (this.#opened.size > kept) this.#opened.delete(this.#opened.keys().next().value!)
    try {
      return (await opened)()
    } catch (error) {
      this.#opened.delete(key)
      throw error
    }
  }
}
