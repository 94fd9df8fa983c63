/** `understudy record`: a scripted player or an agent plays, and the library records it. */
import type { Command } from 'commander'
import { counted } from '../counted.ts'
import { type Recorder, recordEpisode } from '../demos/index.ts'
import {
  closing,
  type Environment,
  type EnvironmentSpec,
  makeEnvironment,
  type Player,
  randomPlayer,
  scriptedPlayer,
} from '../envs/index.ts'
import { nearest, UserError } from '../errors.ts'
import { wholeNumber } from './arguments.ts'
import type { CliContext } from './context.ts'
import { outcome } from './demos/list.ts'

interface Options {
  env: string
  player: string
  episodes: number
  seed: number
  pace?: number
}

export function register(program: Command, context: CliContext): void {
  program
    .command('record')
    .description('record the play of a scripted player or an agent')
    .requiredOption('--env <id>', 'environment ("understudy envs" lists them)')
    .option(
      '--player <name>',
      'scripted, random, or the name of a training run or imported agent',
      'scripted',
    )
    .option('--episodes <n>', 'number of episodes', wholeNumber('--episodes', 1, 1_000_000), 1)
    .option(
      '--seed <s>',
      'seed of the first episode; the following ones count up',
      wholeNumber('--seed', 0, 0xffffffff),
      0,
    )
    .option('--pace <ms>', 'milliseconds to wait before every step', wholeNumber('--pace', 0, 60_000))
    .action((options: Options) => record(options, context))
}

async function record(options: Options, context: CliContext): Promise<void> {
  context.admit(options.env)
  await closing(makeEnvironment(options.env), (environment) => recordIn(environment, options, context))
}

async function recordIn(environment: Environment, options: Options, context: CliContext): Promise<void> {
  const player = await choosePlayer(options.player, environment.spec, context)
  const library = context.library()
  for (let i = 0; i < options.episodes; i++) {
    const seed = (options.seed + i) % 2 ** 32
    let told = 0
    const tellSteps = (recorder: Recorder, committed: number): void => {
      for (; told < committed; told++)
        context.printJson({ event: 'step', episodeId: recorder.episodeId, step: told })
    }
    const recorder = await recordEpisode(library, environment, player, seed, {
      signal: context.signal,
      ...(context.json ? { onCommit: tellSteps } : {}),
      ...(options.pace === undefined ? {} : { paceMs: options.pace }),
    })
    const row = library.getEpisode(recorder.episodeId!)
    if (context.json) {
      const { environmentId, playerName, length, success, terminated, truncated, hash } = row
      const what = { episodeId: row.id, environment: environmentId, player: playerName, seed, length }
      context.printJson({
        event: 'episode',
        ...what,
        return: row.return,
        success,
        terminated,
        truncated,
        hash,
      })
    } else {
      context.print(`episode ${row.id}: seed ${seed}, ${counted(row.length, 'step')}, ${outcome(row)}`)
    }
  }
}

const PLAYERS = 'use scripted, random, or the name of a training run or imported agent in this data directory'

async function choosePlayer(name: string, spec: EnvironmentSpec, context: CliContext): Promise<Player> {
  if (name === 'random') return randomPlayer(spec)
  if (name === 'scripted') {
    const player = scriptedPlayer(spec)
    if (player !== undefined) return player
    throw new UserError(`${spec.id} has no scripted player`, {
      remedy: 'use --player random, or a training run',
    })
  }
  const library = context.library()
  if (library.getRun(name) === undefined && library.getImportedAgent(name) === undefined) {
    const known = [...library.listRuns(), ...library.listImportedAgents()].map(({ id }) => id)
    const near = nearest(name, ['scripted', 'random', ...known])
    throw new UserError(`there is no player "${name}"`, {
      usage: true,
      remedy: near === undefined ? PLAYERS : `did you mean "${near}"?`,
    })
  }
  const { namedAgent } = await import('../evaluate/named.ts')
  return (await namedAgent(library, name)).player(spec, { name })
}
