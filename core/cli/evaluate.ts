/** `understudy evaluate`: an agent on held-out boards. */

import { type Command, Option } from 'commander'
import { percent, scoreWords } from '../counted.ts'
import { closing, makeEnvironment, type Player, randomPlayer, scriptedPlayer } from '../envs/index.ts'
import { UserError } from '../errors.ts'
import {
  agentPlayer,
  type Evaluation,
  evaluatePlayer,
  evaluationJson,
  HELD_OUT_EPISODES,
  heldOutSeeds,
  namedAgent,
} from '../evaluate/index.ts'
import { keepEvaluation } from '../studio/meta.ts'
import { wholeNumber } from './arguments.ts'
import type { CliContext } from './context.ts'
import { ProgressLine } from './progress-line.ts'
import { parseSeeds } from './seeds.ts'

interface Options {
  env?: string
  episodes: number
  seeds?: string
  checkpoint?: number
  sample?: boolean
}

export function register(program: Command, context: CliContext): void {
  program
    .command('evaluate')
    .description('measure how well an agent plays boards that it never trained on')
    .argument(
      '<run>',
      'a run, an imported agent, an ONNX file, "scripted" or "random" (these three with --env)',
    )
    .option('--env <id>', 'environment for an ONNX file or a scripted player')
    .option(
      '--episodes <n>',
      'how many held-out boards',
      wholeNumber('--episodes', 1, 100_000),
      HELD_OUT_EPISODES,
    )
    .addOption(new Option('--seeds <list>', 'play these boards instead: 5,7,100-120').conflicts('episodes'))
    .option('--checkpoint <step>', 'use the policy of this step', wholeNumber('--checkpoint', 0))
    .option('--sample', 'sample actions as in training, instead of always taking the most likely')
    .action((run: string, options: Options) => evaluate(run, options, context))
}

async function evaluate(run: string, options: Options, context: CliContext): Promise<void> {
  const { environment, player, isKept, maxEpisodeSteps } = await choose(run, options, context)
  const seeds = options.seeds === undefined ? heldOutSeeds(options.episodes) : parseSeeds(options.seeds)
  const line = new ProgressLine(context, 'boards')
  const evaluation = await closing(environment, () =>
    evaluatePlayer(environment, player, seeds, {
      signal: context.signal,
      maxEpisodeSteps,
      onProgress: (done, total) => line.show(done, total),
    }),
  )
  line.close()
  // A standard evaluation stays with the run, where the shelf of agents finds it.
  const standard = options.seeds === undefined && options.checkpoint === undefined && options.sample !== true
  if (isKept && standard) {
    const library = context.libraryIfWritable()
    if (library !== undefined) keepEvaluation(library, run, evaluation)
    else context.note('the library is read-only, so the result is not saved with the agent')
  }
  if (context.json) context.printJson(evaluationJson(evaluation))
  else for (const text of describe(run, evaluation, options.seeds === undefined)) context.print(text)
}

async function choose(run: string, options: Options, context: CliContext) {
  if (run === 'scripted' || run === 'random' || run.endsWith('.onnx')) {
    if (options.env === undefined) {
      throw new UserError(`which environment should "${run}" play?`, { usage: true, remedy: 'add --env ID' })
    }
    if (!run.endsWith('.onnx') && (options.checkpoint !== undefined || options.sample === true)) {
      throw new UserError(
        `"${run}" is not a trained policy: it has neither checkpoints nor actions to sample`,
        {
          usage: true,
          remedy: 'leave --checkpoint and --sample out',
        },
      )
    }
    context.admit(options.env)
    const environment = makeEnvironment(options.env)
    const { spec } = environment
    let player: Player | undefined
    if (run === 'random') player = randomPlayer(spec)
    else if (run === 'scripted') player = scriptedPlayer(spec)
    else
      player = await agentPlayer(spec, run, { name: run, checkpoint: options.checkpoint, ...wayOf(options) })
    if (player === undefined) throw new UserError(`${spec.id} has no scripted player`)
    return { environment, player, isKept: false, maxEpisodeSteps: null }
  }
  const library = context.libraryToRead()
  const agent = await namedAgent(library, run)
  if (options.env !== undefined && options.env !== agent.environmentId) {
    const what = agent.kind === 'run' ? `run ${run} was trained in` : `${run} plays`
    throw new UserError(`${what} ${agent.environmentId}`, { usage: true, remedy: 'leave --env out' })
  }
  if (options.env === undefined) context.noteAsked(agent.environmentId)
  else context.admit(agent.environmentId, agent.parameters)
  const environment = makeEnvironment(agent.environmentId, agent.parameters)
  const how = { name: run, checkpoint: options.checkpoint, ...wayOf(options) }
  const player = await agent.player(environment.spec, how)
  return { environment, player, isKept: true, maxEpisodeSteps: agent.maxEpisodeSteps }
}

/** Sampling where it is asked for; else the likeliest action where the policy can tell. */
function wayOf({ sample }: Options): { deterministic?: boolean } {
  return sample === true ? { deterministic: false } : {}
}

function describe(
  run: string,
  { spec, episodes, score, winRate, mastered, solved, cut }: Evaluation,
  heldOut: boolean,
): string[] {
  const { human } = spec.score
  const interval = score.ci95?.map((end) => end.toFixed(2)).join(' to ')
  const lines = [
    `${run} in ${spec.title}, ${episodes.length} boards${heldOut ? ' that no agent trains on' : ''}`,
    `  ${scoreWords(spec.score)}   ${score.mean.toFixed(2)}${interval === undefined ? '' : `  (95% interval ${interval})`}`,
    `  interquartile mean ${score.iqm.toFixed(2)}, standard deviation ${score.sd.toFixed(2)}`,
  ]
  if (winRate !== null) lines.push(`  won ${percent(winRate)}${solved ? ', solved' : ''}`)
  if (cut !== null) lines.push(`  ${cut}`)
  if (human !== undefined) {
    const verdict = mastered ? 'at or better than' : 'not yet'
    lines.push(`  ${verdict} the human average of ${human.mean} (${human.plays} plays; ${human.source})`)
  }
  return lines
}
