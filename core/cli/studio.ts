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
    .description('open the studio in a desktop window, or else in the browser')
    .option('--browser', 'open it in the browser')
    .option('--port <number>', 'port for the browser (default: a free one)', wholeNumber('--port', 0, 65_535))
    .option(
      '--host <address>',
      'address to listen on for the browser (default: 127.0.0.1, this machine only)',
    )
    .option(
      '--allow-host <name[:port]>',
      'another host name that browsers may use, for a tunnel or a container; may be repeated',
      (name: string, names?: string[]) => collect(parseAllowedHost(name), names),
    )
    .option('--no-open', 'print the address without opening it')
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
      `warning: other machines can reach ${host}. Anyone with the address and its key can do whatever you can here, and ` +
        'nothing is encrypted on the way: use ssh -L on a network that you do not trust',
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
          context.print(`The studio is at ${address} (Ctrl-C stops it)`)
          for (const other of others) context.print(`It can also be reached at ${other}`)
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
