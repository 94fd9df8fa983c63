/**
 * The settings of the trainer configurations that ML-Agents' example environments come with (Unity-Technologies/ml-agents,
 * config/ppo, config/sac and config/imitation, one published version of each, from release 3 to 21), as facts: only what
 * differs between the files is listed, and `exampleFile` writes a file in their layout. POCA and self-play are left out.
 */
import { stringify } from 'yaml'

type Values = Readonly<Record<string, unknown>>

interface Example {
  /** Behaviour -> its settings; several where the environment has several. */
  readonly behaviors: Readonly<Record<string, Values>>
  readonly rest?: Values
}

const extrinsic = (gamma = 0.99, strength = 1.0) => ({ extrinsic: { gamma, strength } })
const demo = (name: string) => `Project/Assets/ML-Agents/Examples/${name}.demo`
const threaded = { threaded: true }

/** [batch_size, buffer_size, beta], [normalize, hidden_units, num_layers], [max_steps, time_horizon, summary_freq] */
function ppo(
  [batch_size, buffer_size, beta]: readonly number[],
  network: readonly [boolean, number, number, Values?],
  [max_steps, time_horizon, summary_freq]: readonly number[],
  more: Values & { readonly h?: Values; readonly signals?: Values } = {},
): Values {
  const { h = {}, signals = extrinsic(), ...behavior } = more
  return {
    trainer_type: 'ppo',
    hyperparameters: {
      batch_size,
      buffer_size,
      learning_rate: 0.0003,
      beta,
      epsilon: 0.2,
      lambd: 0.95,
      num_epoch: 3,
      learning_rate_schedule: 'linear',
      ...h,
    },
    network_settings: networkOf(network),
    reward_signals: signals,
    keep_checkpoints: 5,
    max_steps,
    time_horizon,
    summary_freq,
    ...behavior,
  }
}

/** [batch_size, buffer_size, buffer_init_steps, steps_per_update, init_entcoef], the rest as in `ppo` */
function sac(
  [batch_size, buffer_size, buffer_init_steps, steps_per_update, init_entcoef]: readonly number[],
  network: readonly [boolean, number, number, Values?],
  [max_steps, time_horizon, summary_freq]: readonly number[],
  more: Values & { readonly h?: Values; readonly signals?: Values } = {},
): Values {
  const { h = {}, signals = extrinsic(), ...behavior } = more
  return {
    trainer_type: 'sac',
    hyperparameters: {
      learning_rate: 0.0003,
      learning_rate_schedule: 'constant',
      batch_size,
      buffer_size,
      buffer_init_steps,
      tau: 0.005,
      steps_per_update,
      save_replay_buffer: false,
      init_entcoef,
      reward_signal_steps_per_update: steps_per_update,
      ...h,
    },
    network_settings: networkOf(network),
    reward_signals: signals,
    keep_checkpoints: 5,
    max_steps,
    time_horizon,
    summary_freq,
    ...behavior,
  }
}

function networkOf([normalize, hidden_units, num_layers, more = {}]: readonly [
  boolean,
  number,
  number,
  Values?,
]) {
  return { normalize, hidden_units, num_layers, vis_encode_type: 'simple', ...more }
}

const gail = (name: string, strength: number, more: Values = {}) => ({
  gail: {
    gamma: 0.99,
    strength,
    learning_rate: 0.0003,
    use_actions: false,
    use_vail: false,
    demo_path: demo(name),
    ...more,
  },
})
const discriminator = (normalize: boolean) => ({
  network_settings: { normalize, hidden_units: 128, num_layers: 2, vis_encode_type: 'simple' },
})
const cloning = (name: string, steps: number, strength: number) => ({
  behavioral_cloning: { demo_path: demo(name), steps, strength, samples_per_update: 0 },
})
const memory = (memory_size: number) => ({ memory: { sequence_length: 64, memory_size } })

const uniform = (min_value: number, max_value: number) => ({
  sampler_type: 'uniform',
  sampler_parameters: { min_value, max_value },
})
/** A curriculum by progress; the last value has no threshold. */
const lessons = (behavior: string, thresholds: readonly number[], values: readonly unknown[]) => ({
  curriculum: values.map((value, index) => ({
    name: `Lesson${index}`,
    ...(index < thresholds.length
      ? {
          completion_criteria: {
            measure: 'progress',
            behavior,
            signal_smoothing: true,
            min_lesson_length: 100,
            threshold: thresholds[index],
          },
        }
      : {}),
    value,
  })),
})

const ball = [false, 128, 2] as const
const ballPpo = ppo([64, 12_000, 0.001], [true, 128, 2], [500_000, 1000, 12_000], { h: { lambd: 0.99 } })
const food = ppo([1024, 10_240, 0.005], [false, 256, 1], [2e6, 64, 10_000])
const match3 = (network: readonly [boolean, number, number]) =>
  ppo([64, 12_000, 0.001], [...network, { vis_encode_type: 'match3' }], [5e6, 1000, 10_000], {
    h: { lambd: 0.99, learning_rate_schedule: 'constant' },
    ...threaded,
  })
const heuristic: Values = {
  trainer_type: 'ppo',
  hyperparameters: { batch_size: 64, buffer_size: 128 },
  network_settings: { hidden_units: 4, num_layers: 1 },
  max_steps: 5e6,
  summary_freq: 10_000,
  threaded: true,
}
const walls = {
  BigWallJump: ppo([128, 2048, 0.005], [false, 256, 2], [2e7, 128, 20_000], threaded),
  SmallWallJump: ppo([128, 2048, 0.005], [false, 256, 2], [5e6, 128, 20_000], threaded),
}
const pyramid = 'Pyramids/Demos/ExpertPyramid'
const pyramidsPpo = (signals: Values, steps: number) =>
  ppo([128, 2048, 0.01], [false, 512, 2], [steps, 128, 30_000], { signals: { ...extrinsic(), ...signals } })

export const examples: Readonly<Record<string, Example>> = {
  'ppo/3DBall': { behaviors: { '3DBall': ballPpo } },
  'ppo/3DBallHard': {
    behaviors: {
      '3DBallHard': ppo([120, 12_000, 0.001], [true, 128, 2], [500_000, 1000, 12_000]),
    },
  },
  'ppo/3DBall_randomize': {
    behaviors: { '3DBall': ballPpo },
    rest: {
      environment_parameters: { mass: uniform(0.5, 10), gravity: uniform(7, 12), scale: uniform(0.75, 3) },
    },
  },
  'ppo/Basic': {
    behaviors: {
      Basic: ppo([32, 256, 0.005], [false, 20, 1], [500_000, 3, 2000], { signals: extrinsic(0.9) }),
    },
  },
  'ppo/Crawler': {
    behaviors: {
      Crawler: ppo([2048, 20_480, 0.005], [true, 512, 3], [1e7, 1000, 30_000], { signals: extrinsic(0.995) }),
    },
  },
  'ppo/FoodCollector': { behaviors: { GridFoodCollector: food } },
  'ppo/GridWorld': {
    behaviors: {
      GridWorld: ppo([32, 256, 0.005], [false, 128, 1], [500_000, 5, 20_000], { signals: extrinsic(0.9) }),
    },
  },
  'ppo/Hallway': {
    behaviors: { Hallway: ppo([128, 1024, 0.01], [false, 128, 2, memory(128)], [1e7, 64, 10_000], threaded) },
  },
  'ppo/Match3': {
    behaviors: {
      Match3VectorObs: match3([true, 128, 2]),
      Match3VisualObs: match3([true, 128, 2]),
      Match3SimpleHeuristic: heuristic,
      Match3GreedyHeuristic: heuristic,
    },
  },
  'ppo/PushBlock': {
    behaviors: { PushBlock: ppo([128, 2048, 0.01], [false, 256, 2], [2e6, 64, 60_000], threaded) },
  },
  'ppo/Pyramids': {
    behaviors: {
      Pyramids: pyramidsPpo(
        {
          curiosity: { gamma: 0.99, strength: 0.02, encoding_size: 256, learning_rate: 0.0003 },
        },
        1e7,
      ),
    },
  },
  'ppo/PyramidsRND': {
    behaviors: {
      Pyramids: pyramidsPpo(
        {
          rnd: {
            gamma: 0.99,
            strength: 0.01,
            network_settings: { hidden_units: 64, num_layers: 3 },
            learning_rate: 0.0001,
          },
        },
        3e6,
      ),
    },
  },
  'ppo/Sorter_curriculum': {
    behaviors: {
      Sorter: ppo([512, 40_960, 0.005], ball, [5e6, 256, 10_000], {
        h: { learning_rate_schedule: 'constant' },
      }),
    },
    rest: {
      environment_parameters: {
        num_tiles: lessons(
          'Sorter',
          [0.3, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75],
          [2, 4, 6, 8, 10, 12, 14, 16, 18, 20],
        ),
      },
      env_settings: { num_envs: 8 },
    },
  },
  'ppo/Visual3DBall': {
    behaviors: { Visual3DBall: ppo([256, 2560, 0.005], ball, [400_000, 64, 20_000]) },
  },
  'ppo/VisualFoodCollector': {
    behaviors: { VisualFoodCollector: ppo([1024, 10_240, 0.005], ball, [3e6, 100, 40_000]) },
  },
  'ppo/Walker': {
    behaviors: {
      Walker: ppo([2048, 20_480, 0.005], [true, 256, 3], [3e7, 1000, 30_000], { signals: extrinsic(0.995) }),
    },
  },
  'ppo/WallJump': { behaviors: walls },
  'ppo/WallJump_curriculum': {
    behaviors: walls,
    rest: {
      environment_parameters: {
        big_wall_height: lessons(
          'BigWallJump',
          [0.1, 0.3, 0.5],
          [uniform(0, 4), uniform(4, 7), uniform(6, 8), 8],
        ),
        small_wall_height: lessons('SmallWallJump', [0.1, 0.3, 0.5], [1.5, 2, 2.5, 4]),
      },
    },
  },
  'ppo/Worm': {
    behaviors: {
      Worm: ppo([2024, 20_240, 0.005], [true, 512, 3], [7e6, 1000, 30_000], { signals: extrinsic(0.995) }),
    },
  },
  'sac/3DBall': {
    behaviors: {
      '3DBall': sac([64, 12_000, 0, 10, 0.5], [true, 64, 2], [500_000, 1000, 12_000], {
        output_path: 'default',
        ...threaded,
      }),
    },
  },
  'sac/3DBallHard': {
    behaviors: { '3DBallHard': sac([256, 500_000, 0, 10, 1], [true, 128, 2], [500_000, 1000, 12_000]) },
  },
  'sac/Basic': {
    behaviors: {
      Basic: sac([64, 50_000, 0, 10, 0.01], [false, 20, 2], [500_000, 10, 2000], {
        output_path: 'default',
        ...threaded,
      }),
    },
  },
  'sac/Crawler': {
    behaviors: {
      Crawler: sac([256, 500_000, 0, 20, 1], [true, 512, 3], [5e6, 1000, 30_000], {
        signals: extrinsic(0.995),
      }),
    },
  },
  'sac/FoodCollector': {
    behaviors: {
      GridFoodCollector: sac([256, 2048, 0, 10, 0.05], [false, 256, 1], [2e6, 64, 60_000], {
        threaded: false,
      }),
    },
  },
  'sac/GridWorld': {
    behaviors: {
      GridWorld: sac([128, 50_000, 1000, 10, 0.5], [false, 128, 1], [500_000, 5, 20_000], {
        signals: extrinsic(0.9),
      }),
    },
  },
  'sac/Hallway': {
    behaviors: { Hallway: sac([512, 200_000, 0, 10, 0.1], [false, 128, 2, memory(128)], [4e6, 64, 10_000]) },
  },
  'sac/PushBlock': {
    behaviors: { PushBlock: sac([128, 50_000, 0, 10, 0.05], [false, 256, 2], [2e6, 64, 100_000]) },
  },
  'sac/Pyramids': {
    behaviors: {
      Pyramids: sac([128, 2_000_000, 1000, 10, 0.01], [false, 512, 3], [3e6, 128, 30_000], {
        h: { tau: 0.01 },
        signals: {
          ...extrinsic(0.995, 2),
          ...gail(pyramid, 0.01, { use_actions: true, encoding_size: 128 }),
        },
      }),
    },
  },
  'sac/VisualFoodCollector': {
    behaviors: {
      VisualFoodCollector: sac(
        [256, 100_000, 20_000, 10, 0.05],
        [false, 128, 2, { vis_encode_type: 'nature_cnn' }],
        [2e6, 64, 10_000],
        threaded,
      ),
    },
  },
  'sac/Walker': {
    behaviors: {
      Walker: sac(
        [1024, 2_000_000, 0, 30, 1],
        [true, 512, 4, { goal_conditioning_type: 'none' }],
        [15e7, 1000, 30_000],
        {
          signals: extrinsic(0.995, 0.1),
        },
      ),
    },
  },
  'sac/WallJump': {
    behaviors: {
      BigWallJump: sac([128, 50_000, 0, 10, 0.1], [false, 256, 2], [2e7, 128, 20_000], {
        output_path: 'default',
        ...threaded,
      }),
      SmallWallJump: sac([128, 50_000, 0, 10, 0.1], [false, 256, 2], [5e6, 128, 20_000], {
        output_path: 'default',
        ...threaded,
      }),
    },
  },
  'sac/Worm': {
    behaviors: {
      Worm: sac([256, 500_000, 0, 20, 1], [true, 512, 3], [5e6, 1000, 30_000], { signals: extrinsic(0.995) }),
    },
  },
  'imitation/Crawler': {
    behaviors: {
      Crawler: ppo([2024, 20_240, 0.005], [true, 512, 3], [1e7, 1000, 30_000], {
        signals: gail('Crawler/Demos/ExpertCrawler', 1, discriminator(true)),
        ...cloning('Crawler/Demos/ExpertCrawler', 50_000, 0.5),
      }),
    },
  },
  'imitation/FoodCollector': {
    behaviors: {
      FoodCollector: ppo([64, 10_240, 0.005], ball, [2e6, 64, 10_000], {
        signals: gail('FoodCollector/Demos/ExpertFood', 0.1, discriminator(false)),
        ...threaded,
        ...cloning('FoodCollector/Demos/ExpertFood', 0, 1),
      }),
    },
  },
  'imitation/Hallway': {
    behaviors: {
      Hallway: ppo([128, 1024, 0.01], [false, 128, 2, memory(256)], [1e7, 64, 10_000], {
        signals: { ...extrinsic(), ...gail('Hallway/Demos/ExpertHallway', 0.01) },
      }),
    },
  },
  'imitation/PushBlock': {
    behaviors: {
      PushBlock: ppo([128, 2048, 0.01], [false, 256, 2], [100_000, 64, 60_000], {
        signals: { ...extrinsic(), ...gail('PushBlock/Demos/ExpertPushBlock', 0.01, discriminator(false)) },
        ...cloning('PushBlock/Demos/ExpertPushBlock', 50_000, 1),
      }),
    },
  },
  'imitation/Pyramids': {
    behaviors: {
      Pyramids: {
        trainer_type: 'ppo',
        time_horizon: 128,
        max_steps: 1.0e7,
        hyperparameters: {
          batch_size: 128,
          beta: 0.01,
          buffer_size: 2048,
          epsilon: 0.2,
          lambd: 0.95,
          learning_rate: 0.0003,
          num_epoch: 3,
        },
        network_settings: { num_layers: 2, normalize: false, hidden_units: 512 },
        reward_signals: {
          ...extrinsic(),
          curiosity: { strength: 0.02, gamma: 0.99, network_settings: { hidden_units: 256 } },
          gail: { strength: 0.01, gamma: 0.99, demo_path: demo(pyramid) },
        },
        behavioral_cloning: { demo_path: demo(pyramid), strength: 0.5, steps: 150_000 },
      },
    },
  },
}

/** The example as a file. */
export function exampleFile(name: string): string {
  const { behaviors, rest = {} } = examples[name]!
  return stringify({ behaviors, ...rest })
}
