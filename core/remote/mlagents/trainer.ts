/** The trainer's end of the wire: a gRPC server whose one client, a Unity build or editor, speaks first. */
import grpc from '@grpc/grpc-js'
import { UserError } from '../../errors.ts'
import { type Message, messageCodec, STATUS, type Written } from './messages.ts'
import { EXCHANGE } from './protocol.ts'

/** What is said waits until it is heard, and the client waits until it is answered. */
interface Heard {
  readonly message: Message
  answer(message: Written<Message>): void
}

export class TrainerServer {
  readonly port: number
  readonly #server: grpc.Server
  #heard: Heard | null = null
  #listener: { resolve(heard: Heard): void; reject(error: unknown): void } | null = null
  #failure: unknown = null

  /** @param port  0 takes a free one. @throws UserError when it is taken */
  static async listen(port: number): Promise<TrainerServer> {
    const server = new grpc.Server({
      'grpc.max_receive_message_length': -1,
      'grpc.max_send_message_length': -1,
    })
    const { promise, resolve, reject } = Promise.withResolvers<number>()
    server.bindAsync(`127.0.0.1:${port}`, grpc.ServerCredentials.createInsecure(), (cause, bound) => {
      if (cause === null) return resolve(bound)
      reject(
        new UserError(`cannot listen on port ${port}`, {
          remedy: 'stop whatever uses it, such as another studio or mlagents-learn',
          cause,
        }),
      )
    })
    return new TrainerServer(server, await promise)
  }

  private constructor(server: grpc.Server, port: number) {
    this.port = port
    this.#server = server
    const method: grpc.MethodDefinition<Message, Written<Message>> = {
      path: EXCHANGE,
      requestStream: false,
      responseStream: false,
      requestSerialize: (message) => Buffer.from(messageCodec.encode(message)),
      requestDeserialize: messageCodec.decode,
      responseSerialize: (message) => Buffer.from(messageCodec.encode(message)),
      responseDeserialize: messageCodec.decode,
    }
    const handler: grpc.handleUnaryCall<Message, Written<Message>> = (call, callback) => {
      this.#hear({ message: call.request, answer: (message) => callback(null, message) })
    }
    server.addService({ exchange: method }, { exchange: handler })
  }

  /** The next message, which is then waiting for an answer. @throws what `fail` was given */
  async hear(): Promise<Message> {
    if (this.#heard === null) {
      if (this.#failure !== null) throw this.#failure
      const { promise, resolve, reject } = Promise.withResolvers<Heard>()
      this.#listener = { resolve, reject }
      await promise
    }
    return this.#heard!.message
  }

  answer(message: Written<Message>): void {
    const heard = this.#heard
    if (heard === null) throw new Error('there is nothing to answer')
    this.#heard = null
    heard.answer(message)
  }

  /** Nothing will be heard any more. */
  fail(error: unknown): void {
    this.#failure ??= error
    this.#listener?.reject(this.#failure)
    this.#listener = null
  }

  /** Says goodbye to a client that waits, and hangs up. */
  close(): void {
    if (this.#heard !== null) this.answer({ header: { status: STATUS.goodbye } })
    this.#server.tryShutdown(() => {})
  }

  /** Hangs up whether or not the client has heard the goodbye. */
  hangUp(): void {
    this.#server.forceShutdown()
  }

  #hear(heard: Heard): void {
    if (this.#heard !== null) {
      // A second client: the first one is being played with.
      heard.answer({ header: { status: STATUS.goodbye } })
      return
    }
    this.#heard = heard
    this.#listener?.resolve(heard)
    this.#listener = null
  }
}
