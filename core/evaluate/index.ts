/** Is it any good? Agents, the scripted player and people on the same boards. */
export { type AgentOptions, agentPlayer, openAgent, policyFile } from './agent.ts'
export { type Band, type BandPlot, bandPlot, type Curve } from './band-plot.ts'
export {
  type AgainstRow,
  type Comparison,
  type ComparisonRow,
  type Contender,
  compare,
  type RecordedScore,
} from './compare.ts'
export { agentContender, recordedContender, recordedContenders, scriptedContender } from './contenders.ts'
export { dotPlot } from './dot-plot.ts'
export {
  type Evaluation,
  evaluatePlayer,
  evaluationJson,
  type PlayOptions,
  SOLVED_WIN_RATE,
} from './evaluate.ts'
export { FIRST_HELD_OUT_SEED, HELD_OUT_EPISODES, heldOutSeeds } from './heldout.ts'
export {
  type AgentFile,
  deleteImportedAgent,
  importAgent,
  importedAgentFile,
  putBackImportedAgent,
  type RemovedAgent,
  requireImportedAgent,
} from './imported.ts'
export { type NamedAgent, namedAgent } from './named.ts'
export { type Board, type EpisodeScore, type Frame, firstDifference, playBoard, playEpisode } from './play.ts'
export {
  openPolicy,
  type Policy,
  type PolicyActions,
  type PolicyRows,
  readPolicy,
} from './policy/policy.ts'
export type { PolicySource } from './policy/policy-file.ts'
export { comparisonHtml, comparisonJson } from './report.ts'
export * from './statistics.ts'
