/** The worker thread of a SyncThread: opens the peer, hands it what is asked, and lays its answers into shared memory. */
import { parentPort, workerData } from 'node:worker_threads'
import { UserError } from '../errors.ts'
import { writeFailure } from '../failure.ts'
import { readShared, Slot, STAGES, Status, writeShared } from './shared-call.ts'
import type { OpenPeer, Peer, SyncTask } from './sync-thread.ts'

const { call, name, module, options, openSeconds } = workerData as SyncTask
const { control } = call

/** Why nothing can be asked any more. */
let failure: unknown = null

function enter(stage: (typeof STAGES)[number]): void {
  Atomics.store(control, Slot.stage, STAGES.indexOf(stage))
}

/** Answers the call `turn`, unless it has been answered. */
function reply(turn: number, bytes: Uint8Array, status: number): void {
  if (Atomics.load(control, Slot.wake) !== turn) return
  if (Atomics.load(control, Slot.status) !== Status.asked) return
  writeShared(call, bytes)
  Atomics.store(control, Slot.status, status)
  Atomics.notify(control, Slot.status)
}

/** @throws UserError when the time is up */
async function within<T>(
  seconds: number,
  work: Promise<T>,
  what: string,
  lastWords: () => string,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      failure = new UserError(`${name} ${what} ${seconds} s${lastWords()}`)
      reject(failure)
    }, 1000 * seconds)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

async function answer(turn: number, opening: Promise<Peer>): Promise<void> {
  const seconds = control[Slot.milliseconds]! / 1000
  try {
    if (failure !== null) throw failure
    const peer = await opening
    enter('was asking it')
    const asked = peer.answer(readShared(call))
    const lastWords = () => peer.lastWords?.() ?? ''
    const bytes = await within(seconds, asked, 'did not answer for', lastWords)
    enter('was waiting to be asked')
    reply(turn, bytes, Status.answered)
  } catch (error) {
    reply(turn, writeFailure(error), Status.failed)
  }
}

async function serve(opening: Promise<Peer>): Promise<never> {
  let seen = 0
  for (;;) {
    const waited = Atomics.waitAsync(control, Slot.wake, seen)
    if (waited.async) await waited.value
    seen = Atomics.load(control, Slot.wake)
    // A peer that never answers must not keep the next call from hearing so.
    void answer(seen, opening)
  }
}

async function open(): Promise<Peer> {
  const { open } = (await import(module)) as { open: OpenPeer<unknown> }
  return open(options)
}

async function end(opened: Promise<Peer>): Promise<void> {
  await opened.then(
    (peer) => peer.close(),
    // It never opened: the callers have been told, and nothing is left to close.
    () => {},
  )
  Atomics.store(control, Slot.ended, 1)
  Atomics.notify(control, Slot.ended)
  process.exit()
}

function fail(error: unknown): void {
  failure ??= error
  reply(Atomics.load(control, Slot.wake), writeFailure(failure), Status.failed)
}

process.on('uncaughtException', fail)
process.on('exit', (code) =>
  fail(new UserError(`${name}: the thread that talks to it ended with exit code ${code}`)),
)
enter('was opening it')
const opened = open()
const opening = within(openSeconds, opened, 'was not ready after', () => '')
opening.catch((error) => {
  failure ??= error
})
parentPort!.on('message', () => void end(opened))
void serve(opening)
