/** Policies in memory: those that were asked for last, since a loaded model holds native memory and is soon asked again. */
import { stat } from 'node:fs/promises'
import type { EnvironmentSpec, Player } from '../envs/index.ts'
import { agentPlayer, policyFile } from '../evaluate/index.ts'

const kept = 8

export class Policies {
  /** By file and its state; the least recently used first. */
  readonly #players = new Map<string, Promise<Player>>()

  /**
   * The policy of a run as a player, which keeps nothing from one step to the next and may play several boards at a time.
   * @param runDirectory  `<data>/runs/<id>`
   * @param checkpoint    its step; the newest policy when undefined
   * @throws UserError when there is none or it does not fit the environment
   */
  async player(spec: EnvironmentSpec, runDirectory: string, checkpoint: number | undefined): Promise<Player> {
    const file = await policyFile(runDirectory, checkpoint)
    const { mtimeMs, size } = await stat(file)
    const key = JSON.stringify([file, mtimeMs, size, spec.id, spec.parameters])
    const player = this.#players.get(key) ?? agentPlayer(spec, file)
    this.#players.delete(key)
    this.#players.set(key, player)
    if (this.#players.size > kept) this.#players.delete(this.#players.keys().next().value!)
    try {
      return await player
    } catch (error) {
      this.#players.delete(key)
      throw error
    }
  }
}
