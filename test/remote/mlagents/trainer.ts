/** A trainer as ML-Agents' Python is one: a gRPC server on a free port that answers one message with the next input. */
import grpc from '@grpc/grpc-js'
import { type Message, messageCodec, STATUS, type Written } from '../../../core/remote/mlagents/messages.ts'
import { EXCHANGE } from '../../../core/remote/mlagents/protocol.ts'

export interface TestTrainer {
  readonly port: number
  /** The next message of the environment. */
  next(): Promise<Message>
  /** Answers the message that waits. */
  answer(message: Written<Message>): void
  input(input: Written<NonNullable<Message['input']>>): void
  /** As when its process dies. */
  kill(): void
}

export async function startTrainer(): Promise<TestTrainer> {
  const server = new grpc.Server()
  const messages: Message[] = []
  let wake = (): void => {}
  let reply: ((message: Written<Message>) => void) | undefined
  const method = {
    path: EXCHANGE,
    requestStream: false,
    responseStream: false,
    requestSerialize: (message: Written<Message>) => Buffer.from(messageCodec.encode(message)),
    requestDeserialize: messageCodec.decode,
    responseSerialize: (message: Written<Message>) => Buffer.from(messageCodec.encode(message)),
    responseDeserialize: messageCodec.decode,
  }
  server.addService(
    { Exchange: method } as unknown as grpc.ServiceDefinition,
    {
      Exchange: (call: { request: Message }, callback: (error: null, message: Written<Message>) => void) => {
        messages.push(call.request)
        reply = (message) => callback(null, message)
        wake()
      },
    } as unknown as grpc.UntypedServiceImplementation,
  )
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    )
  })
  const answer = (message: Written<Message>): void => reply!(message)
  return {
    port,
    next: async () => {
      while (messages.length === 0) await new Promise<void>((resolve) => (wake = resolve))
      return messages.shift()!
    },
    answer,
    input: (input) => answer({ header: { status: STATUS.ok }, input }),
    kill: () => server.forceShutdown(),
  }
}
