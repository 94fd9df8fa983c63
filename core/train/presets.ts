/** What a run can begin with: the presets of its environment, or nothing but defaults. */
import { agentGroupFactory, environmentPresets, makeEnvironment, type Preset } from '../envs/index.ts'
import { scaleFree } from './config-behavior.ts'

/**
 * The presets that an environment brings, the recommended one first; else the algorithms' own defaults.
 * @throws UserError for an unknown environment
 */
export function presetsFor(environmentId: string): readonly Preset[] {
  const tuned = environmentPresets(environmentId)
  return tuned.length > 0 ? tuned : untuned(makeEnvironment(environmentId).spec.id)
}

/**
 * A configuration of nothing but the algorithm's own defaults, for one that has no preset. There are fewer of the environments
 * that belong to another program, whose steps are dear, and one where a process may have several agents.
 */
export function untunedConfig(environment: string, algorithm: string, gail: boolean): Preset['config'] {
  const signals = gail ? { extrinsic: {}, gail: { strength: 0.05 } } : { extrinsic: {} }
  const grouped = agentGroupFactory(environment, {}) !== null
  // Nobody knows how large its returns are.
  const added = algorithm === 'ppo' ? { hyperparameters: scaleFree } : {}
  const count = grouped ? 1 : environment.includes(':') ? 4 : 8
  return {
    behaviors: {
      [environment]: { trainer_type: algorithm, ...added, reward_signals: signals, max_steps: 200_000 },
    },
    env_settings: { env: environment, num_envs: count },
  }
}

function untuned(environment: string): Preset[] {
  const behavior = (algorithm: string, gail = false) => untunedConfig(environment, algorithm, gail)
  return [
    {
      id: 'sac-gail',
      title: 'SAC + GAIL',
      description:
        'Learns from the reward and from demonstrations. Default settings, not tuned for this environment.',
      recommended: true,
      config: behavior('sac', true),
    },
    {
      id: 'ppo-gail',
      title: 'PPO + GAIL',
      description: 'On-policy, with demonstrations. Default settings, not tuned for this environment.',
      recommended: false,
      config: behavior('ppo', true),
    },
    {
      id: 'sac',
      title: 'SAC',
      description: 'Learns from the reward alone. Default settings, not tuned for this environment.',
      recommended: false,
      config: behavior('sac'),
    },
    {
      id: 'ppo',
      title: 'PPO',
      description: 'On-policy, from the reward alone. Default settings, not tuned for this environment.',
      recommended: false,
      config: behavior('ppo'),
    },
    {
      id: 'bc',
      title: 'Behavioural cloning',
      description:
        'Copies the demonstrations and uses no reward. Default settings, not tuned for this environment.',
      recommended: false,
      config: behavior('bc'),
    },
  ]
}
