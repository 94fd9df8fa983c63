/** `gym:ID`: environments of Gymnasium, and of every package that registers its own with it. */
import { registerEnvironmentScheme } from '../../envs/index.ts'
import { gymCode } from './code.ts'
import { GymEnvironment } from './environment.ts'
import { prepare } from './hosts.ts'
import './players.ts'
import { gymPresets } from './presets.ts'

registerEnvironmentScheme('gym', {
  example: 'gym:CartPole-v1',
  description: 'Any Gymnasium environment, by its id; needs Python with gymnasium',
  starts: gymCode,
  make: (id, kwargs) => new GymEnvironment(id, kwargs),
  presets: gymPresets,
  // Gymnasium's own ids, MODULE: and namespace/ included, end with a version.
  claims: (id) => /^(?:[\w.-]+:)?(?:[\w.-]+\/)?[\w.-]+-v\d+$/.test(id),
  prepare: (id, kwargs) => prepare({ id, kwargs }),
})
