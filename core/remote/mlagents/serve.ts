/** Dials a trainer as a Unity build does and plays environments for it until it says goodbye. */
import grpc from '@grpc/grpc-js'
import { DataError, UserError } from '../../errors.ts'
import { type Message, messageCodec, STATUS, type Written } from './messages.ts'
import { EXCHANGE } from './protocol.ts'
import type { Session } from './session.ts'

export interface ServeOptions {
  readonly port: number
  /** How long to wait for a trainer that does not listen yet. */
  readonly waitSeconds: number
  readonly signal: AbortSignal
}

/** How long a message may take for which there will be no answer. */
const GOODBYE_MS = 500

/**
 * @returns how it ended: the trainer said goodbye, or hung up
 * @throws UserError when no trainer listens; what aborts `signal`; whatever the session throws. The trainer has been told then.
 */
export async function serveMlAgents(session: Session, options: ServeOptions): Promise<'goodbye' | 'gone'> {
  const client = new grpc.Client(`localhost:${options.port}`, grpc.credentials.createInsecure(), {
    'grpc.enable_http_proxy': 0,
    'grpc.max_receive_message_length': -1,
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 1000,
  })
  try {
    await connect(client, options)
    return await converse(client, session, options)
  } finally {
    client.close()
  }
}

async function connect(client: grpc.Client, { port, waitSeconds, signal }: ServeOptions): Promise<void> {
  await abortable<void>(signal, (resolve, reject) => {
    client.waitForReady(Date.now() + waitSeconds * 1000, (cause) => {
      if (cause === undefined) return resolve()
      reject(
        new UserError(`no trainer was listening on localhost:${port} within ${waitSeconds} s`, {
          remedy: "give the trainer's port: 5004, or 5005 plus its worker number",
          cause,
        }),
      )
    })
    return () => {}
  })
}

async function converse(
  client: grpc.Client,
  session: Session,
  { port, signal }: ServeOptions,
): Promise<'goodbye' | 'gone'> {
  try {
    for (let message: Written<Message> | null = session.hello(); message !== null; ) {
      const answer = await exchange(client, message, signal)
      message = session.answer(answer)
    }
    return 'goodbye'
  } catch (error) {
    const failure = explain(error, port)
    if (failure === null) return 'gone'
    await sayGoodbye(client, failure)
    throw failure
  }
}

/** Has no time limit: a trainer answers when it has learned, which may take it hours. */
function exchange(client: grpc.Client, message: Written<Message>, signal?: AbortSignal): Promise<Message> {
  return abortable<Message>(signal, (resolve, reject) => {
    const deadline = signal === undefined ? { deadline: Date.now() + GOODBYE_MS } : {}
    const call = client.makeUnaryRequest(
      EXCHANGE,
      (written: Written<Message>) => Buffer.from(messageCodec.encode(written)),
      messageCodec.decode,
      message,
      new grpc.Metadata(),
      deadline,
      (error, answer) => (error === null ? resolve(answer!) : reject(error)),
    )
    return () => call.cancel()
  })
}

/** @param begin  starts something and returns what ends it early */
function abortable<T>(
  signal: AbortSignal | undefined,
  begin: (resolve: (value: T) => void, reject: (reason: unknown) => void) => () => void,
): Promise<T> {
  signal?.throwIfAborted()
  const { promise, resolve, reject } = Promise.withResolvers<T>()
  const end = begin(resolve, reject)
  const abort = (): void => {
    reject(signal!.reason)
    end()
  }
  signal?.addEventListener('abort', abort, { once: true })
  return promise.finally(() => signal?.removeEventListener('abort', abort))
}

/** A trainer that waits for the next message learns why there will be none; there is no answer to that. */
async function sayGoodbye(client: grpc.Client, failure: unknown): Promise<void> {
  const reason = failure instanceof Error ? failure.message : String(failure)
  try {
    await exchange(client, { header: { status: STATUS.goodbye, message: reason } })
  } catch (error) {
    if (!isStatus(error)) throw error
  }
}

/** @returns null when the trainer has hung up, which is how some of them say goodbye */
function explain(error: unknown, port: number): unknown {
  if (!isStatus(error)) return error
  switch (error.code) {
    case grpc.status.CANCELLED:
    case grpc.status.UNAVAILABLE:
    case grpc.status.UNKNOWN:
      return null
    case grpc.status.UNIMPLEMENTED:
      return new UserError(`what listens on localhost:${port} is not an ML-Agents trainer`, { cause: error })
    case grpc.status.RESOURCE_EXHAUSTED:
      return new UserError(`the trainer on localhost:${port} does not accept messages this long`, {
        remedy: 'use fewer agents and more workers (mlagents-learn --num-envs)',
        cause: error,
      })
    default:
      return new DataError({
        file: `localhost:${port}`,
        place: 'answer from the trainer',
        expected: 'an ML-Agents message',
        found: error.details,
        cause: error,
      })
  }
}

function isStatus(error: unknown): error is grpc.ServiceError {
  return error instanceof Error && 'code' in error && 'details' in error
}
