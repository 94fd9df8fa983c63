/** Recording, replaying and carrying demonstrations. */
export { ensureBundledDemonstrations } from './bundled.ts'
export * from './episode.ts'
export {
  type ActionAlignment,
  ARCHIVE,
  type DemonstrationFiles,
  type DemonstrationFormat,
  type DemonstrationSource,
  detectFormat,
  FORMAT_GROUPS,
  FORMATS,
  folderFormat,
  formatByFileName,
  formatByName,
  packFolder,
  type ReadOptions,
  type WriteOptions,
} from './formats/index.ts'
export { UnsaidEnvironmentError } from './formats/parts/foreign.ts'
export { silentEnvironments } from './formats/parts/known-units.ts'
export { readUnderstudy, writeUnderstudy } from './formats/understudy.ts'
export { isHidden } from './hidden.ts'
export { type ImportOptions, importDemonstrations } from './importing.ts'
export { type ReadingOptions, readDemonstrations } from './reading.ts'
export { RecordedEnvironment, recordedSpec } from './recorded-environment.ts'
export { Recorder, type RecorderOptions, type RecordOptions, recordEpisode } from './recorder.ts'
export { type Divergence, environmentOf, findDivergence, type ReplayMoment, replayEpisode } from './replay.ts'
export { filesWithin, readSource, writeExport } from './source.ts'
export { environmentStamp, fitMismatch, stampMismatch } from './stamp.ts'
export { type LeftOut, readWholeEpisodes, type WholeEpisodes } from './whole.ts'
