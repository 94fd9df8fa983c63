/** `understudy env stdio`: environments for the program that started this one; python/ is the other end. */
import { Console } from 'node:console'
import type { Command } from 'commander'
import { makeEnvironment, type ParameterValue } from '../envs/index.ts'
import { fileChannel, refusal, serveStdio } from '../remote/stdio/serve.ts'
import { StdioSession } from '../remote/stdio/session.ts'
import { packageVersion } from '../studio/version.ts'
import { collectParameter, wholeNumber } from './arguments.ts'
import type { CliContext } from './context.ts'

const STDIN = 0
const STDOUT = 1
const MOST_ENVIRONMENTS = 4096

interface StdioOptions {
  readonly env: string
  readonly numEnvs: number
  readonly parameter: Readonly<Record<string, ParameterValue>>
}

export function registerStdio(env: Command, context: CliContext): void {
  // Before the plugins are loaded: what they print belongs beside the frames, not among them.
  env.hook('preSubcommand', (_, command) => {
    if (command.name() === 'stdio') globalThis.console = new Console(process.stderr, process.stderr)
  })
  env
    .command('stdio')
    .description('step environments over standard input and output, for the Python package')
    .requiredOption('--env <id>', 'environment to step')
    .option('--num-envs <n>', 'number of environments', wholeNumber('--num-envs', 1, MOST_ENVIRONMENTS), 1)
    .option('--parameter <name=value>', 'parameter of the environment; may be repeated', collectParameter, {})
    .action(({ env: id, numEnvs, parameter }: StdioOptions) => {
      // Reading blocks, so no handler would ever run: a signal ends the process in its own way.
      for (const signal of ['SIGINT', 'SIGTERM']) process.removeAllListeners(signal)
      const channel = fileChannel(STDIN, STDOUT)
      serveStdio(openSession(id, numEnvs, parameter, channel.write, context), channel)
    })
}

/** The other end waits for an answer to its greeting, so it is told too. */
function openSession(
  id: string,
  count: number,
  parameters: Readonly<Record<string, ParameterValue>>,
  write: (bytes: Uint8Array) => unknown,
  context: CliContext,
): StdioSession {
  try {
    context.admit(id, parameters)
    const environments = Array.from({ length: count }, () => makeEnvironment(id, parameters))
    return new StdioSession(environments, `understudy ${packageVersion()}`)
  } catch (error) {
    write(refusal(error))
    throw error
  }
}
