/**
 * Checkpoints of a run, `runs/<id>/checkpoints/`:
 *
 *     <step>.checkpoint   everything needed to go on, bit for bit
 *     <step>.replay       the replay buffer that belongs to it; large, so only the newest checkpoint keeps one
 *     <step>.onnx         the policy of that step, for evaluation and comparison
 *
 * Each file is written atomically, the checkpoint last: a checkpoint that exists is complete.
 */
import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { writeAtomically } from '../atomic-file.ts'
import { DataError } from '../errors.ts'
import type { AlgorithmState } from '../learn/index.ts'
import type { SavedMastery } from '../rollout/mastery.ts'
import type { SavedRollout } from '../rollout/rollout.ts'
import type { SavedCurriculum } from './curriculum.ts'
import type { MetricRow } from './messages.ts'
import { type PackedFormat, readPacked, writePacked } from './packed-file.ts'
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
  readonly policy: string
}

export function checkpointDirectory(runDirectory: string): string {
  return join(runDirectory, 'checkpoints')
}

/** Oldest first. */
export async function listCheckpoints(runDirectory: string): Promise<CheckpointFile[]> {
  const directory = checkpointDirectory(runDirectory)
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  return names
    .filter((name) => /^\d+\.checkpoint$/.test(name))
    .map((name) => Number.parseInt(name, 10))
    .sort((a, b) => a - b)
    .map((step) => ({
      step,
      path: join(directory, `${step}.checkpoint`),
      policy: join(directory, `${step}.onnx`),
    }))
}

/**
 * Writes a checkpoint and removes what it makes superfluous: older replay buffers, checkpoints beyond `keep`, leavings of
 * an interrupted write.
 */
export async function writeCheckpoint(
  runDirectory: string,
  checkpoint: Checkpoint,
  policy: Uint8Array,
  keep: number,
): Promise<void> {
  const directory = checkpointDirectory(runDirectory)
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const { replay, ...algorithm } = checkpoint.algorithm
  const base = join(directory, `${checkpoint.step}`)
  if (replay !== undefined) await writePacked(`${base}.replay`, REPLAY, replay)
  await writeAtomically(`${base}.onnx`, [policy])
  await writePacked(`${base}.checkpoint`, CHECKPOINT, {
    ...checkpoint,
    algorithm,
    hasReplay: replay !== undefined,
  })
  await writeAtomically(join(runDirectory, 'agent.onnx'), [policy])
  await prune(runDirectory, checkpoint.step, keep)
}

/** @throws DataError when a file of the checkpoint is damaged or missing */
export async function readCheckpoint(file: CheckpointFile): Promise<Checkpoint> {
  const { hasReplay, ...checkpoint } = await readHead(file)
  if (!hasReplay) return checkpoint
  const path = file.path.replace(/\.checkpoint$/, '.replay')
  const replay = await readPacked(path, REPLAY).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
    throw new DataError({
      file: path,
      place: 'file',
      expected: 'the replay buffer of the checkpoint',
      found: 'no such file',
    })
  })
  return { ...checkpoint, algorithm: { ...checkpoint.algorithm, replay } }
}

/** As `readCheckpoint`, without the replay buffer: for weights, history and counters. */
export async function readHead(file: CheckpointFile): Promise<Checkpoint & { hasReplay: boolean }> {
  return (await readPacked(file.path, CHECKPOINT)) as Checkpoint & { hasReplay: boolean }
}

async function prune(runDirectory: string, newest: number, keep: number): Promise<void> {
  const directory = checkpointDirectory(runDirectory)
  const kept = new Set((await listCheckpoints(runDirectory)).slice(-keep).map(({ step }) => step))
  for (const name of await readdir(directory)) {
    const step = Number.parseInt(name, 10)
    const superfluous =
      name.endsWith('.tmp') || (name.endsWith('.replay') ? step !== newest : !kept.has(step))
    if (superfluous) await rm(join(directory, name), { force: true })
  }
}
