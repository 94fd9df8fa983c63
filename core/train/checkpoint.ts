/**
 * Checkpoints of a run, `runs/<id>/checkpoints/`:
 *
 *     <step>.checkpoint   everything needed to go on, bit for bit
 *     <step>.replay       the replay buffer that belongs to it; large, so only the two newest checkpoints keep theirs: one
 *                         to go on from, and one should that turn out to be damaged
 *     <step>.onnx         the policy of that step, for evaluation and comparison
 *
 * Each file is written atomically, the checkpoint last: a checkpoint that exists is complete.
 */
import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { writeAtomically } from '../atomic-file.ts'
import type { AlgorithmState } from '../learn/index.ts'
import type { SavedMastery } from '../rollout/mastery.ts'
import type { SavedRollout } from '../rollout/rollout.ts'
import { checkHead } from './checkpoint-head.ts'
import type { SavedCurriculum } from './curriculum.ts'
import type { MetricRow } from './messages.ts'
import { type PackedFormat, readOutline, readPacked, writePacked } from './packed-file.ts'
import { explainReadError } from './regular-file.ts'
import type { SavedStopRule } from './stop-rule.ts'

const CHECKPOINT: PackedFormat = { magic: 'USTUDCKP', version: 1 }
const REPLAY: PackedFormat = { magic: 'USTUDRPL', version: 1 }

export interface Checkpoint {
  readonly step: number
  readonly episodes: number
  /** Training time so far, all sessions. */
  readonly wallSeconds: number
  readonly environment: { readonly id: string; readonly version: number }
  /** Of the demonstrations, so that a resumed run notices when they have changed; null without any. */
  readonly demonstrations: string | null
  /** Its entry `replay`, where there is one, goes to a file of its own. */
  readonly algorithm: AlgorithmState
  readonly vector: SavedRollout
  readonly random: readonly number[]
  readonly mastery: SavedMastery
  /** Absent from checkpoints of version 0.1.0 before it had stop rules. */
  readonly stopRule?: SavedStopRule
  /** Absent from checkpoints of version 0.1.0 before it had curricula. */
  readonly curriculum?: SavedCurriculum
  readonly score: number | null
  /** Means since the last summary. */
  readonly openMetrics: readonly (readonly [name: string, sum: number, count: number])[]
  /** All summaries so far, for an owner that has missed some. */
  readonly history: readonly MetricRow[]
}

export interface CheckpointFile {
  readonly step: number
  readonly path: string
  readonly replay: string
  readonly policy: string
}

/** How many of the newest checkpoints keep their replay buffers. */
const KEPT_REPLAY_BUFFERS = 2
/** Their names, and those of what an interrupted write of one leaves behind. */
const OWN_FILE = /^(0|[1-9]\d{0,14})\.(checkpoint|replay|onnx)(\..+\.tmp)?$/

export function checkpointDirectory(runDirectory: string): string {
  return join(runDirectory, 'checkpoints')
}

/** Oldest first. @throws DataError or UserError when something stands in the place of the folder, or it may not be read */
export async function listCheckpoints(runDirectory: string): Promise<CheckpointFile[]> {
  const directory = checkpointDirectory(runDirectory)
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw explainReadError(error, directory)
  })
  return names
    .filter((name) => name.endsWith('.checkpoint') && OWN_FILE.test(name))
    .map((name) => Number.parseInt(name, 10))
    .sort((a, b) => a - b)
    .map((step) => ({
      step,
      path: join(directory, `${step}.checkpoint`),
      replay: join(directory, `${step}.replay`),
      policy: join(directory, `${step}.onnx`),
    }))
}

/**
 * Writes a checkpoint and removes what it makes superfluous: older replay buffers, checkpoints beyond `keep`, leavings of
 * an interrupted write.
 * @param fence  throws when the run is another's by now; asked before each change
 */
export async function writeCheckpoint(
  runDirectory: string,
  checkpoint: Checkpoint,
  policy: Uint8Array,
  keep: number,
  fence: () => void = () => {},
): Promise<void> {
  fence()
  const directory = checkpointDirectory(runDirectory)
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const { replay, ...algorithm } = checkpoint.algorithm
  const base = join(directory, `${checkpoint.step}`)
  if (replay !== undefined) await writePacked(`${base}.replay`, REPLAY, replay, fence)
  await writeAtomically(`${base}.onnx`, [policy], { mayName: fence })
  const head = { ...checkpoint, algorithm, hasReplay: replay !== undefined }
  await writePacked(`${base}.checkpoint`, CHECKPOINT, head, fence)
  await writeAtomically(join(runDirectory, 'agent.onnx'), [policy], { mayName: fence })
  await prune(runDirectory, checkpoint.step, keep, fence)
}

/** @throws DataError when a file of the checkpoint is damaged or missing; UserError when one may not be read, or is newer */
export async function readCheckpoint(file: CheckpointFile): Promise<Checkpoint> {
  const { hasReplay, ...checkpoint } = await readHead(file)
  if (!hasReplay) return checkpoint
  const replay = await readPacked(file.replay, REPLAY)
  return { ...checkpoint, algorithm: { ...checkpoint.algorithm, replay } }
}

/** As `readCheckpoint`, without the replay buffer. */
export async function readHead(file: CheckpointFile): Promise<Checkpoint & { hasReplay: boolean }> {
  const head = await readPacked(file.path, CHECKPOINT)
  checkHead(head, file.path, file.step)
  return head as Checkpoint & { hasReplay: boolean }
}

/** All but what is large. */
export type CheckpointSummary = Omit<Checkpoint, 'algorithm' | 'vector'> & { readonly hasReplay: boolean }

/** Counters and history, of a checkpoint that is whole but for its replay buffer. @throws as `readCheckpoint` */
export async function readSummary(file: CheckpointFile): Promise<CheckpointSummary> {
  const outline = await readOutline(file.path, CHECKPOINT)
  checkHead(outline, file.path, file.step)
  return outline as CheckpointSummary
}

/** Whether the replay buffer is whole, where the checkpoint has one. @throws as `readCheckpoint` */
export async function checkReplay(file: CheckpointFile, { hasReplay }: CheckpointSummary): Promise<void> {
  if (hasReplay) await readOutline(file.replay, REPLAY)
}

/** Nothing but what was written here: whatever else lies there is somebody's. */
async function prune(runDirectory: string, newest: number, keep: number, fence: () => void): Promise<void> {
  const directory = checkpointDirectory(runDirectory)
  const steps = (await listCheckpoints(runDirectory)).map(({ step }) => step)
  const kept = new Set(steps.slice(-keep))
  const replayKept = new Set(steps.filter((step) => step <= newest).slice(-KEPT_REPLAY_BUFFERS))
  const entries = await readdir(directory, { withFileTypes: true })
  // After both lists were made: what is on them was there before another could have the run.
  fence()
  for (const entry of entries) {
    const [, step, kind, unfinished] = OWN_FILE.exec(entry.name) ?? []
    if (step === undefined || !entry.isFile()) continue
    const keeps = kept.has(Number(step)) && (kind !== 'replay' || replayKept.has(Number(step)))
    if (unfinished !== undefined || !keeps) await rm(join(directory, entry.name), { force: true })
  }
}
