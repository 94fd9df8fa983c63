/** `understudy envs`: what can be played, and which programs of others this person has admitted. */
import type { Command } from 'commander'
import type { Admission, TrustedFolder } from '../admission/index.ts'
import {
  type EnvironmentSpec,
  environmentSpecs,
  environmentSubject,
  fullEnvironmentId,
  type ParameterValue,
} from '../envs/index.ts'
import { UserError } from '../errors.ts'
import { collectParameter } from './arguments.ts'
import type { CliContext } from './context.ts'
import { formatTable, formatTime } from './table.ts'

interface AddOptions {
  readonly parameter: Readonly<Record<string, ParameterValue>>
}

export function register(program: Command, context: CliContext): void {
  const envs = program
    .command('envs')
    .description('list the environments, and which other programs may be started')
    .action(() => list(context))
  envs
    .command('add <ids...>')
    .description('allow environments from other programs to start whenever the library names them')
    .option(
      '--parameter <name=value>',
      'parameter to create them with; may be repeated',
      collectParameter,
      {},
    )
    .action((ids: string[], { parameter }: AddOptions) => add(ids, parameter, context))
  envs
    .command('trust <folder>')
    .description('allow everything in a folder and below, even when it changes; for development')
    .action((folder: string) => trust(folder, context))
  envs
    .command('forget <names...>')
    .description('undo add and trust, and whatever --env, --plugin and configurations have allowed')
    .action((names: string[]) => forget(names, context))
}

function list(context: CliContext): void {
  const specs = environmentSpecs()
  if (context.json) {
    context.printJson(specs)
    return
  }
  for (const line of table(specs)) context.print(line)
  const added = context.memory.list()
  if (added.length === 0) return
  context.print('')
  for (const line of addedTable(added)) context.print(line)
}

function add(ids: readonly string[], parameters: AddOptions['parameter'], context: CliContext): void {
  for (const named of ids) {
    const id = fullEnvironmentId(named)
    if (environmentSubject(id) === null) {
      throw new UserError(`"${id}" is not an environment from another program`, {
        usage: true,
        remedy: 'such ids look like gym:CartPole-v1; built-in environments need not be added',
      })
    }
    context.admit(id, parameters)
  }
  if (context.json) context.printJson({ event: 'added', ids })
  else context.print(`added: ${ids.join(', ')}`)
}

function trust(folder: string, context: CliContext): void {
  const name = context.memory.trust(folder)
  if (context.json) context.printJson({ event: 'trusted', folder: name })
  else context.print(`anything in ${name} may be started from now on`)
}

function forget(names: readonly string[], context: CliContext): void {
  const forgotten = names.flatMap((name) => {
    const found = context.memory.forget(name)
    if (found.length > 0) return found
    throw new UserError(`"${name}" has not been added here`, { remedy: '`understudy envs` lists what was' })
  })
  const told = forgotten.map((entry) => entry.name)
  if (context.json) context.printJson({ event: 'forgotten', names: told })
  else context.print(`forgotten: ${told.join(', ')}`)
}

function addedTable(entries: readonly (Admission | TrustedFolder)[]): string[] {
  return formatTable(entries, [
    { title: 'ADDED HERE', text: (entry) => entry.name },
    { title: 'KIND', text: (entry) => (entry.kind === 'folder' ? 'trusted folder' : entry.kind) },
    { title: 'RUNS', text: (entry) => ('path' in entry ? entry.path || '-' : 'everything in it') },
    { title: 'CONTENT', text: (entry) => ('sha256' in entry ? entry.sha256.slice(0, 12) : '-') },
    { title: 'ADDED', text: (entry) => formatTime(entry.admittedAt * 1000) },
  ])
}

function table(specs: readonly EnvironmentSpec[]): string[] {
  return formatTable(specs, [
    { title: 'ENVIRONMENT', text: (spec) => spec.id },
    { title: 'TITLE', text: (spec) => spec.title },
    { title: 'OBSERVATIONS', text: observations },
    { title: 'ACTIONS', text: actions },
    { title: 'HUMAN AVERAGE', text: humanAverage },
  ])
}

function observations(spec: EnvironmentSpec): string {
  return spec.observations.map(({ name, shape }) => `${name} ${shape.join('x')}`).join(', ')
}

function actions({ action }: EnvironmentSpec): string {
  const parts = action.discrete.map((size) => `one of ${size}`)
  if (action.continuous > 0) parts.unshift(`${action.continuous} continuous`)
  return parts.join(' and ')
}

function humanAverage({ score }: EnvironmentSpec): string {
  if (score.human === undefined) return '-'
  return `${score.human.mean} ${score.measure === 'length' ? score.units : 'return'} (${score.human.plays} plays)`
}
