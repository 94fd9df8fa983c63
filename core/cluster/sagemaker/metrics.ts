/**
 * Metrics in the log of a job, one line a summary, and the definitions by which SageMaker finds them there:
 *
 *     step=2000; episode_reward_mean: 0.93; rollout/length=7; policy/entropy=0.41
 *
 * The reward has the name and the form that the definitions of SageMaker's own Ray images look for.
 */
import { algorithmDefinition, rewardSignalDefinition } from '../../learn/index.ts'
import type { MetricRow, RunConfig } from '../../train/index.ts'

export interface MetricDefinition {
  readonly Name: string
  /** Its first group is the number. */
  readonly Regex: string
}

/** That a job may have. */
export const MOST_DEFINITIONS = 40

const REWARD = 'rollout/return'
const REWARD_NAME = 'episode_reward_mean'
const NUMBER = '([-+]?[0-9]*[.]?[0-9]+([eE][-+]?[0-9]+)?)'
const DIGITS = 6

/** Of every run; what only some have is none of the first that a reader looks for. */
const OF_EVERY_RUN = [
  'rollout/score',
  'rollout/window_score',
  'rollout/length',
  'rollout/success',
  'time/steps_per_second',
  'time/seconds',
]

/** @param rows  of one step */
export function metricLine(step: number, rows: readonly MetricRow[]): string {
  const sorted = rows.toSorted((a, b) => Number(b.name === REWARD) - Number(a.name === REWARD))
  return [`step=${step}`, ...sorted.map(({ name, value }) => metricText(name, value))].join('; ')
}

function metricText(name: string, value: number): string {
  const number = String(Number(value.toPrecision(DIGITS)))
  return name === REWARD ? `${REWARD_NAME}: ${number}` : `${name}=${number}`
}

/** Of what a run with this configuration reports. */
export function metricDefinitionsOf({ behavior }: RunConfig): MetricDefinition[] {
  const learners = [
    algorithmDefinition(behavior.trainer_type),
    ...Object.keys(behavior.reward_signals).map((name) => rewardSignalDefinition(name)),
  ]
  const names = new Set([
    ...OF_EVERY_RUN,
    ...Object.keys(behavior.reward_signals).map((signal) => `${signal}/reward`),
    ...learners.flatMap(({ metrics = {} }) => Object.keys(metrics)).filter((name) => !name.endsWith('*')),
  ])
  return [
    { Name: REWARD_NAME, Regex: `${REWARD_NAME}: ${NUMBER}` },
    // With what stands before it, as one name may be the end of another.
    ...[...names].map((name) => ({ Name: name, Regex: `; ${escaped(name)}=${NUMBER}` })),
  ].slice(0, MOST_DEFINITIONS)
}

function escaped(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9_/-]/g, (sign) => `[${sign}]`)
}
