/** What every run reports besides its learner. Importing this file defines it. */
import { defineMetrics, type MetricDefinitions, type MetricPanel, rewardPanel } from '../learn/index.ts'

export const trainerMetrics: MetricDefinitions = {
  'rollout/score': {
    title: 'Score',
    meaning: 'Mean score of the episodes that ended since the last summary',
    panel: null,
  },
  'rollout/window_score': {
    title: 'Score, last 1,000 steps',
    meaning: 'Mean score over a window of 1,000 steps: the mastery rule',
    panel: null,
  },
  'rollout/return': {
    title: 'Reward per {episode}',
    meaning: "Sum of the environment's rewards, mean over the episodes since the last summary",
    panel: rewardPanel,
    tensorboard: 'Environment/Cumulative Reward',
  },
  'rollout/length': {
    title: 'Steps per {episode}',
    unit: 'steps',
    meaning: 'Decisions until the episode ended',
    panel: null,
    tensorboard: 'Environment/Episode Length',
  },
  'rollout/success': {
    title: 'Share of {episode}s won',
    meaning: 'Share of the episodes that reached the goal',
  },
  'lesson/*': {
    title: 'Lesson of *',
    meaning: 'Number of the lesson, from 0, of a parameter that has several',
    tensorboard: 'Environment/Lesson Number/*',
  },
  'time/steps_per_second': {
    title: 'Steps per second',
    unit: 'steps/s',
    meaning: 'Environment steps per second of wall time',
    panel: null,
  },
  'time/seconds': {
    title: 'Seconds',
    unit: 's',
    meaning: 'Training time of the run so far, without the pauses between sessions',
    panel: null,
  },
  'time/environment': {
    title: 'Environment',
    meaning: 'Share of the time spent stepping environments',
    panel: null,
  },
  'time/inference': {
    title: 'Decisions',
    meaning: 'Share of the time spent choosing actions',
    panel: null,
  },
  'time/update': {
    title: 'Learning',
    meaning: 'Share of the time spent updating the networks',
    panel: null,
  },
  'time/worker_idle': {
    title: 'Idle workers',
    meaning: 'Share of the time that environment workers wait for the learner',
    panel: null,
  },
  'time/worker_idle/*': {
    title: 'Worker * idle',
    meaning: 'Share of the time that this worker waits for the learner',
    panel: null,
  },
}

const stalenessPanel: MetricPanel = { title: 'Age of the weights that acted' }

/** Of runs whose workers carry the policy. */
export const actorMetrics: MetricDefinitions = {
  'actors/staleness': {
    title: 'Mean',
    unit: 'versions',
    meaning:
      'How many versions behind the learner the policy was that made the steps learned from, on average',
    panel: stalenessPanel,
  },
  'actors/staleness_max': {
    title: 'Greatest',
    unit: 'versions',
    meaning: 'How many versions behind the learner the oldest policy was that made a step learned from',
    panel: stalenessPanel,
  },
  'actors/dropped': {
    title: 'Steps too old to learn from',
    unit: 'steps',
    meaning:
      'Steps since the last summary that were dropped, as the policy that made them was too many versions behind',
  },
}

defineMetrics({ ...trainerMetrics, ...actorMetrics })
