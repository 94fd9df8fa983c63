/** `understudy demos rescue`: what is whole of a damaged library. */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Command } from 'commander'
import { counted } from '../../counted.ts'
import { DIRECTORIES, type Rescued, rescueLibrary } from '../../store/index.ts'
import type { CliContext } from '../context.ts'
import { outputPath } from '../output.ts'

export function registerRescue(command: Command, context: CliContext): void {
  command
    .command('rescue <file>')
    .description('save what is intact in a damaged library.db to a new library')
    .requiredOption('--out <dir>', 'data directory for the new library', outputPath('--out'))
    .addHelpText(
      'after',
      '\nThe damaged file is only read. The intact first steps of a damaged episode are saved as an interrupted episode\n' +
        'with the tag "rescued", which "demos keep" can keep. Exit code 1: something could not be saved.',
    )
    .action((file: string, { out }: { out: string }) => {
      const rescued = rescueLibrary(file, out)
      if (rescued.episodes.some(({ state }) => state !== 'whole')) process.exitCode = 1
      if (context.json) context.printJson({ event: 'rescued', directory: out, ...rescued })
      else tell(rescued, file, out, context)
    })
}

function tell({ episodes, runs, agents }: Rescued, file: string, out: string, context: CliContext): void {
  for (const { id, state, steps, of } of episodes) {
    if (state === 'cut') context.print(`episode ${id}: ${steps} of ${of} steps`)
    if (state === 'lost') context.print(`episode ${id}: lost${of === null ? '' : `, ${counted(of, 'step')}`}`)
  }
  const whole = episodes.filter(({ state }) => state === 'whole').length
  const cut = episodes.filter(({ state }) => state === 'cut').length
  const others = `${counted(runs, 'run')}, ${counted(agents, 'imported agent')}`
  context.print(
    `${out}: ${whole} of ${counted(episodes.length, 'episode')} saved whole, ${cut} in part, ${others}`,
  )
  const beside = [DIRECTORIES.runs, DIRECTORIES.agents].filter((name) =>
    existsSync(join(dirname(file), name)),
  )
  if (beside.length > 0) {
    context.print(`copy ${beside.map((name) => join(dirname(file), name)).join(' and ')} there as well`)
  }
}
