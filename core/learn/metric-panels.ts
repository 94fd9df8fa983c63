/** Charts that metrics of several learners share. */
import type { MetricPanel } from './metric-definition.ts'

export const rewardPanel: MetricPanel = { title: 'Reward per {episode}', place: 1 }
export const discriminatorPanel: MetricPanel = { title: 'How often the discriminator is right', place: 2 }
export const entropyPanel: MetricPanel = { title: 'How undecided the policy is (entropy)', place: 3 }
export const lossPanel: MetricPanel = { title: 'Losses', place: 4 }
export const signalPanel: MetricPanel = { title: 'Reward per step, by signal' }
