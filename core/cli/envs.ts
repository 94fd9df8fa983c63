/** `understudy envs`: what can be played. */
import type { Command } from 'commander'
import { type EnvironmentSpec, environmentSpecs } from '../envs/index.ts'
import type { CliContext } from './context.ts'
import { formatTable } from './table.ts'

export function register(program: Command, context: CliContext): void {
  program
    .command('envs')
    .description('list the environments and what they show and accept')
    .action(() => {
      const specs = environmentSpecs()
      if (context.json) context.printJson(specs)
      else for (const line of table(specs)) context.print(line)
    })
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
