/** The studio in the browser: one host, one server. */
import { once } from 'node:events'
import { AlreadyOpenError } from '../../store/index.ts'
import { FileExchange } from '../file-exchange.ts'
import { openHost } from '../host.ts'
import { personalSecret } from '../secret.ts'
import { originOf } from '../security.ts'
import { listen } from '../transports/server.ts'
import { withWholeAddress } from './already-open.ts'
import { openPage } from './open-page.ts'
import { ensurePage } from './page.ts'

export interface BrowserStudioOptions {
  readonly dataDirectory: string
  readonly host: string
  /** 0 takes a free port. */
  readonly port: number
  /** Further names, with or without a port, under which browsers reach it. */
  readonly allowedHosts: readonly string[]
  /** Whether to show it in the person's browser. */
  readonly open: boolean
  readonly say: (line: string) => void
  /** Called once the studio can be reached, with addresses that let whoever has one in. */
  readonly onAddress: (address: string, others: readonly string[]) => void
  /** Told whenever runs begin or end: with one under way the studio takes its time to end. */
  readonly onActiveRuns: (ids: readonly string[]) => void
  readonly onBug: (error: unknown) => void
}

/**
 * Runs until `signal` is aborted; then runs write a checkpoint and recordings are put away.
 * @throws UserError when another studio has taken the library over
 */
export async function runBrowserStudio(options: BrowserStudioOptions, signal: AbortSignal): Promise<void> {
  const { dataDirectory } = options
  // The library first: a second studio is refused before anything is built.
  const host = await openHost({
    dataDirectory,
    shell: 'browser',
    onActiveRuns: options.onActiveRuns,
    onBug: options.onBug,
  }).catch(async (error) => {
    throw error instanceof AlreadyOpenError ? await withWholeAddress(error, dataDirectory) : error
  })
  try {
    const server = await listen({
      host: options.host,
      port: options.port,
      allowedHosts: options.allowedHosts,
      secret: personalSecret(dataDirectory),
      pageDirectory: await ensurePage(options.say),
      exchange: new FileExchange(dataDirectory),
      connect: (port) => host.connect(port),
    })
    let withdraw: () => void = () => undefined
    try {
      // Whoever can read the library sees the address, so it goes there without a key.
      host.announce(server.origin)
      const named = options.allowedHosts.map((name) => originOf(name, server.port))
      const addressAt = (origin: string) => server.access.addressAt(origin)
      options.onAddress(addressAt(server.origin), named.map(addressAt))
      if (options.open) withdraw = openPage(server, dataDirectory)
      if (!signal.aborted) await Promise.race([once(signal, 'abort'), host.lost])
      const active = host.activeRuns()
      if (active.length > 0) options.say(`stopping ${active.join(', ')} with a checkpoint`)
      const lasting = host.lastingRuns()
      if (lasting.length > 0) options.say(`on a cluster, without this studio: ${lasting.join(', ')}`)
    } finally {
      withdraw()
      await server.close()
    }
  } finally {
    await host.close()
  }
}
