/** The thread that drives a build: starts it, speaks with it, answers for it. */
import { setTimeout as wait } from 'node:timers/promises'
import { UserError } from '../../errors.ts'
import { EDITOR_PORT } from '../mlagents/protocol.ts'
import { TrainerServer } from '../mlagents/trainer.ts'
import type { OpenPeer, Peer } from '../sync-thread.ts'
import { Conversation, type ConversationOptions } from './conversation.ts'
import { Crew } from './crew.ts'
import { BuildProcess } from './process.ts'
import { type Description, packAnswer, unpackedAction, unpackRequest } from './protocol.ts'
import { Solo } from './solo.ts'

export interface UnityOptions extends ConversationOptions {
  /** Null waits for Unity's editor. */
  readonly executable: string | null
  readonly noGraphics: boolean
  /** How long it may take to connect. */
  readonly seconds: number
}

const EDITOR_TRIES = 25
const EDITOR_TRY_MS = 200

export const open: OpenPeer<UnityOptions> = async (options) => {
  const server = options.executable === null ? await listenForEditor() : await TrainerServer.listen(0)
  const build =
    options.executable === null
      ? null
      : await BuildProcess.start({ ...options, executable: options.executable, port: server.port }, (error) =>
          server.fail(error),
        )
  const peer = new UnityPeer(server, build, new Conversation(server, options))
  const late = setTimeout(
    () => server.fail(tooLate(options, server.port, peer.lastWords())),
    1000 * options.seconds,
  )
  try {
    await peer.introduce()
  } catch (error) {
    await peer.close()
    throw error
  } finally {
    clearTimeout(late)
  }
  return peer
}

/** Who had the editor before may be about to let go of it. */
async function listenForEditor(): Promise<TrainerServer> {
  for (let left = EDITOR_TRIES; ; left--) {
    try {
      return await TrainerServer.listen(EDITOR_PORT)
    } catch (error) {
      if (left === 1) throw error
      await wait(EDITOR_TRY_MS)
    }
  }
}

function tooLate({ name, executable, seconds }: UnityOptions, port: number, lastWords: string): UserError {
  return new UserError(`${name} did not connect within ${seconds} s${lastWords}`, {
    remedy:
      executable === null
        ? `press Play in Unity while this waits (it listens on port ${port})`
        : 'check that it is built with the Unity package com.unity.ml-agents, or give it more time with timeout_wait',
  })
}

class UnityPeer implements Peer {
  readonly #server: TrainerServer
  readonly #build: BuildProcess | null
  readonly #conversation: Conversation
  #description: Description | null = null
  #solo: Solo | null = null
  #crew: Crew | null = null

  constructor(server: TrainerServer, build: BuildProcess | null, conversation: Conversation) {
    this.#server = server
    this.#build = build
    this.#conversation = conversation
  }

  async introduce(): Promise<void> {
    this.#description = await this.#conversation.open()
  }

  async answer(bytes: Uint8Array): Promise<Uint8Array> {
    const request = unpackRequest(bytes)
    switch (request.ask) {
      case 'describe':
        return packAnswer(this.#description!)
      case 'begin':
        this.#solo ??= new Solo(this.#conversation)
        return packAnswer(await this.#solo.begin(request.floats))
      case 'step':
        return packAnswer(await this.#solo!.step(unpackedAction(request)))
      case 'join':
        this.#crew = new Crew(this.#conversation, request.seats)
        return packAnswer(await this.#crew.begin(request.parameters))
      case 'advance': {
        const actions = new Map(request.actions.map((action) => [action.seat, unpackedAction(action)]))
        return packAnswer(await this.#crew!.advance(actions, request.parameters))
      }
    }
  }

  lastWords(): string {
    return this.#build?.lastWords() ?? ''
  }

  async close(): Promise<void> {
    this.#server.fail(new UserError('the build was told goodbye'))
    this.#server.close()
    await this.#build?.end()
    this.#server.hangUp()
  }
}
