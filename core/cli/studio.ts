/** `understudy studio`, which `npm start` and `understudy` alone run too: the window, else the browser. */
import type { Command } from 'commander'
import { runBrowserStudio } from '../studio/launch/browser-studio.ts'
import { runDesktopStudio } from '../studio/launch/desktop-studio.ts'
import { isLoopback, parseAllowedHost } from '../studio/security.ts'
import { collect, wholeNumber } from './arguments.ts'
import type { CliContext } from './context.ts'

interface StudioOptions {
  browser?: boolean
  port?: number
  host?: string
  allowHost?: string[]
  open: boolean
}

export function register(program: Command, context: CliContext): void {
  program
    .command('studio')
    .description('open the studio: a desktop window, or the browser where there can be none')
    .option('--browser', 'open it in the browser')
    .option('--port <number>', 'port for the browser (default: a free one)', wholeNumber('--port', 0, 65_535))
    .option(
      '--host <address>',
      'where to listen for the browser (default: 127.0.0.1, for this machine alone)',
    )
    .option(
      '--allow-host <name[:port]>',
      'another name under which browsers reach it, as through a tunnel or a container; may be given several times',
      (name: string, names?: string[]) => collect(parseAllowedHost(name), names),
    )
    .option('--no-open', 'only print the address')
    .action((options: StudioOptions) => openStudio(options, context))
}

async function openStudio(options: StudioOptions, context: CliContext): Promise<void> {
  const say = (line: string) => context.note(line)
  const { host = '127.0.0.1', allowHost: allowedHosts = [] } = options
  // Whoever says how it is to be reached, or asks for an address alone, wants the browser; plugins live in this process,
  // not in the window's.
  const reached = [options.port, options.host, options.allowHost].some((option) => option !== undefined)
  const wantsBrowser = options.browser || reached || !options.open
  if (!wantsBrowser && context.plugins.length === 0) {
    const obstacle = await runDesktopStudio(context.dataDirectory, say, context.signal, () =>
      context.takeTimeToEnd(),
    )
    if (obstacle === null) return
    say(`no desktop window: ${obstacle}; the studio opens in the browser`)
  }
  if (!isLoopback(host)) {
    say(
      `warning: other machines can reach ${host}. Whoever has the address with its key may do here what you may, and ` +
        'nothing is encrypted on the way: prefer ssh -L in a network that you do not trust',
    )
  }
  await runBrowserStudio(
    {
      dataDirectory: context.dataDirectory,
      host,
      port: options.port ?? 0,
      allowedHosts,
      open: options.open,
      say,
      onActiveRuns: (runs) => context.takeTimeToEnd(runs.length > 0),
      onAddress: (address, others) => {
        if (context.json) context.printJson({ event: 'listening', address, others })
        else {
          context.print(`The studio is at ${address} (Ctrl-C ends it)`)
          for (const other of others) context.print(`It is also reached at ${other}`)
        }
      },
      onBug: (error) => {
        const bug = error instanceof Error ? error : new Error(String(error))
        say(`error: ${context.verbose ? bug.stack : bug.message} (this is a bug in Understudy)`)
      },
    },
    context.signal,
  )
}
