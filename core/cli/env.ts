/** `understudy env`: the environments, for programs that have their own trainer. */
import type { Command } from 'commander'
import type { CliContext } from './context.ts'
import { registerMlAgents } from './env-mlagents.ts'
import { registerStdio } from './env-stdio.ts'

export function register(program: Command, context: CliContext): void {
  const env = program.command('env').description('let other programs step the environments')
  registerStdio(env, context)
  registerMlAgents(env, context)
}
