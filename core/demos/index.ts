/** Recording, replaying and carrying demonstrations. */
export { ensureBundledDemonstrations } from './bundled.ts'
export * from './episode.ts'
export {
  type DemonstrationFormat,
  detectFormat,
  FORMATS,
  formatByFileName,
  formatByName,
  readDemonstrations,
} from './formats/index.ts'
export { readUnderstudy, writeUnderstudy } from './formats/understudy.ts'
export { Recorder, type RecorderOptions, type RecordOptions, recordEpisode } from './recorder.ts'
export { type Divergence, environmentOf, findDivergence, type ReplayMoment, replayEpisode } from './replay.ts'
export { environmentStamp, stampMismatch } from './stamp.ts'
