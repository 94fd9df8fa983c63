/** `agents.*`: every run that has written a policy is an agent. */
import { closing } from '../../envs/index.ts'
import { UserError } from '../../errors.ts'
import { evaluatePlayer, heldOutSeeds, policyFile } from '../../evaluate/index.ts'
import { knownCheckpoints, readRegularFile, runDirectory } from '../../train/index.ts'
import { environmentOfRun, runLimit, runPlayer } from '../contenders.ts'
import type { HostContext } from '../context.ts'
import type { Handlers } from '../dispatch.ts'
import { keepEvaluation } from '../meta.ts'
import type { agentMethods } from '../protocol/agents.ts'
import type { Agent, Run } from '../protocol.ts'

export function agentHandlers(context: HostContext): Handlers<keyof typeof agentMethods> {
  const { library, runs } = context
  const find = async (runId: string): Promise<Agent> => {
    const agent = await agentOf(context, await runs.inspect(runId))
    if (agent !== null) return agent
    throw new UserError(`run "${runId}" has no policy yet`, { remedy: 'wait for its first checkpoint' })
  }
  return {
    'agents.list': async () => {
      const agents = await Promise.all((await runs.list()).map((run) => agentOf(context, run)))
      return agents.filter((agent) => agent !== null)
    },
    'agents.rename': async ({ runId, name }) => {
      await runs.rename(runId, name)
      return find(runId)
    },
    'agents.delete': async ({ runId }) => {
      await runs.delete(runId)
      return { deleted: true }
    },
    'agents.evaluate': async ({ runId, episodes, taskId }) => {
      await find(runId)
      const environment = await environmentOfRun(context, runId)
      const player = await runPlayer(context, environment, runId)
      const evaluation = await context.tasks.run(taskId, ({ signal, report }) =>
        closing(environment, () =>
          evaluatePlayer(environment, player, heldOutSeeds(episodes), {
            signal,
            onProgress: report,
            maxEpisodeSteps: runLimit(context, runId),
          }),
        ),
      )
      keepEvaluation(library, runId, evaluation)
      context.emit('run.state', await runs.inspect(runId))
      context.emit('library.changed', { what: 'agents' })
      return find(runId)
    },
    'agents.export': async ({ runId }) => {
      const policy = await readRegularFile(await policyFile(runDirectory(library.dir, runs.get(runId).id)))
      return context.files.offer(`${runId}.onnx`, 'application/octet-stream', policy)
    },
  }
}

/** @returns null when the run has not written a policy yet */
async function agentOf(context: HostContext, run: Run): Promise<Agent | null> {
  const { library } = context
  const checkpoints = await knownCheckpoints(library, run.id)
  if (checkpoints.length === 0 && run.problem === null) return null
  const scores = library.readMetrics(run.id, { names: ['rollout/window_score'] })
  const { id, name, environmentId, algorithm, signals, state, step, createdAtUs, score, masteredAtStep } = run
  return {
    runId: id,
    name,
    environmentId,
    algorithm,
    signals,
    state,
    step,
    createdAtUs,
    demonstrations: run.demonstrations,
    score,
    evaluation: run.evaluation,
    masteredAtStep,
    problem: run.problem,
    checkpoints: checkpoints.map((checkpoint) => ({
      id: String(checkpoint.step),
      step: checkpoint.step,
      score:
        scores.findLast((row) => row.step <= checkpoint.step && Number.isFinite(row.value))?.value ?? null,
    })),
  }
}
