/** The command line in this very process, which is sooner done than starting one for each of hundreds of calls. */
import { vi } from 'vitest'
import { main } from '../../../core/cli/main.ts'

export interface Told {
  readonly code: number
  readonly out: string
  readonly err: string
}

const EVENTS = ['uncaughtException', 'SIGINT', 'SIGTERM'] as const

export async function command(args: readonly string[]): Promise<Told> {
  const told = { out: '', err: '' }
  const listeners = EVENTS.map((event) => process.listeners(event as 'SIGINT'))
  for (const [stream, name] of [[process.stdout, 'out'] as const, [process.stderr, 'err'] as const]) {
    vi.spyOn(stream, 'write').mockImplementation((text: unknown) => {
      told[name] += String(text)
      return true
    })
  }
  const code = await main(args)
  vi.restoreAllMocks()
  process.exitCode = undefined
  process.stdout.removeAllListeners('error')
  for (const [i, event] of EVENTS.entries()) {
    for (const listener of process.listeners(event as 'SIGINT')) {
      if (!listeners[i]!.includes(listener)) process.off(event, listener)
    }
  }
  return { code, ...told }
}
