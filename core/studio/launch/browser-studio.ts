/** The studio in the browser: one host, one server. */
import { once } from 'node:events'
import { openHost } from '../host.ts'
import { listen } from '../transports/websocket.ts'
import { openBrowser } from './open-browser.ts'
import { ensurePage } from './page.ts'

export interface BrowserStudioOptions {
  readonly dataDirectory: string
  /** 0 takes a free port. */
  readonly port: number
  /** Whether to show it in the person's browser. */
  readonly open: boolean
  readonly say: (line: string) => void
  /** Called once the studio can be reached. */
  readonly onAddress: (address: string) => void
  /** Told whenever runs begin or end: with one under way the studio takes its time to end. */
  readonly onActiveRuns: (ids: readonly string[]) => void
  readonly onBug: (error: unknown) => void
}

/** Runs until `signal` is aborted; then runs write a checkpoint and recordings are put away. */
export async function runBrowserStudio(options: BrowserStudioOptions, signal: AbortSignal): Promise<void> {
  // The library first: a second studio is refused before anything is built.
  const host = await openHost({
    dataDirectory: options.dataDirectory,
    shell: 'browser',
    onActiveRuns: options.onActiveRuns,
    onBug: options.onBug,
  })
  try {
    const pageDirectory = await ensurePage(options.say)
    const server = await listen({ port: options.port, pageDirectory, connect: (port) => host.connect(port) })
    try {
      // Whoever can read the library sees the address, so it goes there without the token.
      host.announce(new URL(server.address).origin)
      options.onAddress(server.address)
      if (options.open) openBrowser(server.address)
      if (!signal.aborted) await once(signal, 'abort')
      const active = host.activeRuns()
      if (active.length > 0) options.say(`stopping ${active.join(', ')} with a checkpoint`)
    } finally {
      await server.close()
    }
  } finally {
    await host.close()
  }
}
