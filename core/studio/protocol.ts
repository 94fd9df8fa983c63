/**
 * The typed protocol between a page and the host: `methods` maps a name to the schemas of its parameters and its
 * result, `events` maps a name to the schema of its data. It imports nothing but zod and words,
 * so a page can take it as it is.
 */
import type { z } from 'zod'
import { agentMethods } from './protocol/agents.ts'
import { clusterMethods } from './protocol/clusters.ts'
import { compareMethods } from './protocol/compare.ts'
import { demonstrationMethods } from './protocol/demonstrations.ts'
import { events } from './protocol/events.ts'
import { importedMethods } from './protocol/imported.ts'
import { libraryMethods } from './protocol/library.ts'
import { playMethods } from './protocol/play.ts'
import { pythonMethods } from './protocol/python.ts'
import { storageMethods } from './protocol/storage.ts'
import { trainingMethods } from './protocol/training.ts'

export const methods = {
  ...libraryMethods,
  ...playMethods,
  ...demonstrationMethods,
  ...trainingMethods,
  ...compareMethods,
  ...agentMethods,
  ...importedMethods,
  ...pythonMethods,
  ...storageMethods,
  ...clusterMethods,
}

export type Methods = typeof methods
export type Method = keyof Methods
/** What a caller passes. */
export type Params<M extends Method> = z.input<Methods[M]['params']>
/** What a handler receives: checked, trimmed. */
export type CheckedParams<M extends Method> = z.output<Methods[M]['params']>
export type Result<M extends Method> = z.output<Methods[M]['result']>

export { counted, episodeWord, percent, scoreWords } from '../counted.ts'
export { events }
export type Events = typeof events
export type EventName = keyof Events
export type EventData<E extends EventName> = z.output<Events[E]>

export type { BubbleAim, BubbleEvent, BubbleScene } from '../envs/bubble/scene.ts'
export type { ThemeColour } from '../envs/drawing/colour.ts'
export type {
  CheckedDrawing as DrawingScene,
  CheckedShape as DrawnShape,
  DrawingEvent,
} from '../envs/drawing/drawing.ts'
export type { LiveAction, LiveScene } from '../envs/live-scene.ts'
export type { ObservationScene } from '../envs/view.ts'
export type { GymAction, GymKey, GymScene } from '../remote/gym/scene.ts'
export type { Agent, Checkpoint } from './protocol/agents.ts'
export { type FileKind, type MenuAction, portMessage, type StudioBridge } from './protocol/bridge.ts'
export type { Cluster, ClusterOverview } from './protocol/clusters.ts'
export type {
  Action,
  EnvironmentSpec,
  File,
  Frame,
  HumanAverage,
  PlayerKind,
  Recording,
  Sample,
  Scene,
  SceneEvent,
  Upload,
} from './protocol/common.ts'
export { transferId } from './protocol/common.ts'
export type { Absence, Board, Comparison, ComparisonRow, Contender } from './protocol/compare.ts'
export type { Demonstration, ImportReport, PlayerStatistics } from './protocol/demonstrations.ts'
export type { ImportedAgent } from './protocol/imported.ts'
export type { EnvironmentScheme, Format, LibraryInfo, ListedEnvironment } from './protocol/library.ts'
export type { PlayState, PlayStep } from './protocol/play.ts'
export type { PythonReport } from './protocol/python.ts'
export type { RunStorage, Storage } from './protocol/storage.ts'
export { type Table, tableOf } from './protocol/table.ts'
export type {
  GivenProblem,
  HealthNote,
  Metric,
  Part,
  Preset,
  Problem,
  Progress,
  Run,
  Series,
  Setting,
} from './protocol/training.ts'
export {
  type Ask,
  type EventFrame,
  eventFrame,
  maxFrameBytes,
  protocolVersion,
  type RequestFrame,
  type ResponseFrame,
  requestFrame,
  responseFrame,
  type WireError,
} from './protocol/wire.ts'
