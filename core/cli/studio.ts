/** `understudy studio`, which `npm start` and `understudy` alone run too: the window, else the browser. */
import { type Command, InvalidArgumentError } from 'commander'
import { runBrowserStudio } from '../studio/launch/browser-studio.ts'
import { runDesktopStudio } from '../studio/launch/desktop-studio.ts'
import type { CliContext } from './context.ts'

interface StudioOptions {
  browser?: boolean
  port?: number
  open: boolean
}

export function register(program: Command, context: CliContext): void {
  program
    .command('studio')
    .description('open the studio: a desktop window, or the browser where there can be none')
    .option('--browser', 'open it in the browser')
    .option('--port <number>', 'port on 127.0.0.1 for the browser (default: a free one)', portNumber)
    .option('--no-open', 'only print the address')
    .action((options: StudioOptions) => openStudio(options, context))
}

async function openStudio(options: StudioOptions, context: CliContext): Promise<void> {
  const say = (line: string) => context.note(line)
  // Whoever asks for a port, or for an address alone, wants the browser; plugins live in this process, not in the window's.
  const wantsBrowser = options.browser || options.port !== undefined || !options.open
  if (!wantsBrowser && context.plugins.length === 0) {
    const obstacle = await runDesktopStudio(context.dataDirectory, say, context.signal, () =>
      context.takeTimeToEnd(),
    )
    if (obstacle === null) return
    say(`no desktop window: ${obstacle}; the studio opens in the browser`)
  }
  await runBrowserStudio(
    {
      dataDirectory: context.dataDirectory,
      port: options.port ?? 0,
      open: options.open,
      say,
      onActiveRuns: (runs) => context.takeTimeToEnd(runs.length > 0),
      onAddress: (address) => {
        if (context.json) context.printJson({ event: 'listening', address })
        else context.print(`The studio is at ${address} (Ctrl-C ends it)`)
      },
      onBug: (error) => {
        const bug = error instanceof Error ? error : new Error(String(error))
        say(`error: ${context.verbose ? bug.stack : bug.message} (this is a bug in Understudy)`)
      },
    },
    context.signal,
  )
}

function portNumber(text: string): number {
  const port = Number(text)
  if (Number.isInteger(port) && port >= 0 && port <= 65535) return port
  throw new InvalidArgumentError('a port is a whole number from 0 to 65535.')
}
