/**
 * Training for an owner at the other end of a port, wherever that is. What is to be done is the owner's first message;
 * demonstrations are read from the library, which is never written to. It ends when the run has ended, when it is told to, or
 * when its owner is gone.
 */
import { join } from 'node:path'
import { admit } from '../admission/index.ts'
import { agentGroupFactory, checkEnvironment, closing, makeEnvironment } from '../envs/index.ts'
import type { DemonstrationData } from '../learn/index.ts'
import '../remote/index.ts'
import { writeAtomically } from '../atomic-file.ts'
import { openLibrary } from '../store/index.ts'
import { demonstrationPath, needsDemonstrations, type RunConfig, resolveConfig } from './config.ts'
import { loadConfigPlugins } from './config-plugins.ts'
import { readDemonstrationFiles } from './demonstration-files.ts'
import { controlDemonstrations, demonstrationData } from './demonstrations.ts'
import { failureOf } from './failure.ts'
import { checkLessons } from './lesson-check.ts'
import { ownerMessage, readMessage, type Start, sendMessage } from './messages.ts'
import type { Port } from './port.ts'
import { makeRollout } from './rollout.ts'
import { type Fence, runFence } from './run-files.ts'
import { runDirectory } from './runs.ts'
import { Trainer } from './trainer.ts'

let trainer: Trainer | undefined
let stopAsked = false
/** Throws once the run is another's. */
let fence: Fence = () => {}

/** What an owner that may be suspended is given to hear that its run is another's. */
const LOST_MS = 1_000

function stop(): void {
  stopAsked = true
  trainer?.stop()
}

async function train(
  port: Port,
  start: Start,
  { makeRollout: rolloutOf = makeRollout }: TrainingOptions,
): Promise<void> {
  const directory = runDirectory(start.dataDirectory, start.runId)
  const file = join(directory, 'config.yaml')
  for (const subject of start.admitted) admit(subject)
  await loadConfigPlugins(start.config, file)
  const config = resolveConfig(start.config, { stored: true })
  fence = runFence(directory, start.claim)
  await writeAtomically(file, [Buffer.from(start.config)], { mayName: fence })
  // A broken environment is refused with a sentence before hours go into learning it; what a group sends is checked as it comes.
  const { environment, parameters } = config
  if (agentGroupFactory(environment, parameters) === null) {
    await closing(makeEnvironment(environment, parameters), (made) =>
      checkEnvironment(made, { scenes: false }),
    )
  }
  checkLessons(config)
  trainer = await Trainer.create({
    config,
    runDirectory: directory,
    demonstrations: needsDemonstrations(config)
      ? await loadDemonstrations(start, config, (text) => sendMessage(port, { type: 'notice', text }))
      : null,
    resume: start.resume,
    initializeFrom:
      config.initializeFrom === null ? null : runDirectory(start.dataDirectory, config.initializeFrom),
    report: (message) => sendMessage(port, message),
    fence,
    makeRollout: rolloutOf,
  })
  if (stopAsked) trainer.stop()
  try {
    sendMessage(port, await trainer.run())
  } finally {
    await trainer.release()
  }
}

async function loadDemonstrations(
  start: Start,
  config: RunConfig,
  note: (text: string) => void,
): Promise<DemonstrationData> {
  const { spec } = makeEnvironment(config.environment, config.parameters)
  const path = demonstrationPath(config)
  const episodes = []
  if (start.demonstrations.length === 0 && path !== undefined) {
    episodes.push(...(await readDemonstrationFiles(path, spec, note)))
  } else {
    const library = openLibrary(start.dataDirectory, { readonly: true })
    try {
      for (const id of start.demonstrations) {
        episodes.push({ label: `episode ${id}`, episode: library.readEpisode(id) })
      }
    } finally {
      library.close()
    }
  }
  const data = demonstrationData(spec, episodes, note)
  return controlDemonstrations(data, config.gailControl, config.seed)
}

function isLost(): boolean {
  try {
    fence()
    return false
  } catch {
    return true
  }
}

export interface TrainingOptions {
  /** Where the environments of the run are; in this process or on its worker threads when absent. */
  readonly makeRollout?: typeof makeRollout
}

/** Once in a process. */
export function serveTraining(port: Port, options: TrainingOptions = {}): void {
  port.onMessage((frame) => {
    const message = readMessage(ownerMessage, frame)
    if (message.type === 'start') {
      // Closing the port lets the process end by itself, with everything sent.
      train(port, message, options)
        .catch((error) => {
          process.exitCode = 1
          sendMessage(port, failureOf(error))
        })
        .finally(() => {
          port.close()
          if (isLost()) setTimeout(() => process.exit(), LOST_MS).unref()
        })
    } else if (message.type === 'stop') stop()
    else process.exit(1)
  })
  port.onClose(stop)
  process.on('SIGTERM', stop)
  // A terminal sends Ctrl-C to the whole group; the owner decides what a second one means.
  process.on('SIGINT', stop)
  process.on('SIGHUP', stop)
}
