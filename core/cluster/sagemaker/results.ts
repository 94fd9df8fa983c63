/** What a job leaves beside its model: its curves, and how well its agent plays boards that it never trained on. */
import { copyFileSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { writeAtomically } from '../../atomic-file.ts'
import { closing, makeEnvironment } from '../../envs/index.ts'
import {
  agentPlayer,
  type Evaluation,
  evaluatePlayer,
  evaluationJson,
  heldOutSeeds,
} from '../../evaluate/index.ts'
import { printableJson } from '../../printable.ts'
import type { Library } from '../../store/index.ts'
import { type RunConfig, runDirectory } from '../../train/index.ts'

/** metrics.csv, and the files of TensorBoard. @throws UserError when they cannot be written */
export async function writeCurves(library: Library, run: string, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const rows = library.readMetrics(run).map(({ step, name, value }) => `${step},${name},${value}\n`)
  await writeAtomically(join(folder, 'metrics.csv'), [Buffer.from(`step,metric,value\n${rows.join('')}`)])
  const directory = runDirectory(library.dir, run)
  for (const name of readdirSync(directory)) {
    if (name.startsWith('events.out.tfevents.')) copyFileSync(join(directory, name), join(folder, name))
  }
}

/** evaluation.json. @param policy  an ONNX file @throws the signal's reason */
export async function writeEvaluation(
  config: RunConfig,
  policy: string,
  episodes: number,
  folder: string,
  signal: AbortSignal,
): Promise<Evaluation> {
  const { environment: id, parameters, maxEpisodeSteps } = config
  const evaluation = await closing(makeEnvironment(id, parameters), async (environment) => {
    const player = await agentPlayer(environment.spec, policy)
    return evaluatePlayer(environment, player, heldOutSeeds(episodes), { signal, maxEpisodeSteps })
  })
  const text = printableJson(evaluationJson(evaluation), 2)
  await writeAtomically(join(folder, 'evaluation.json'), [Buffer.from(`${text}\n`)])
  return evaluation
}
