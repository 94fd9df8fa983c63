/** The Python environments of the checks, each with exact versions. They lie under .interop/, which git ignores. */

export interface PythonEnvironment {
  /** 'heavy' ones need torch and are made with --heavy only. */
  readonly tier: 'light' | 'heavy'
  /** Lines as in a requirements file: 'numpy==2.4.6'. */
  readonly requirements: readonly string[]
  /** Further arguments of `pip install`. */
  readonly options?: readonly string[]
}

export const ENVIRONMENTS = {
  /** What reads and writes tables and arrays. */
  tables: {
    tier: 'light',
    requirements: ['numpy==2.4.6', 'pandas==3.1.1'],
  },
  /** What runs policies, asks for actions and reads curves. */
  runtime: {
    tier: 'light',
    requirements: [
      'numpy==2.4.6',
      'onnx==1.23.2',
      'onnxruntime==1.31.1',
      'tensorboard==2.21.0',
      'msgpack==1.2.4',
    ],
  },
  /** Gymnasium with its classic games. */
  gym: {
    tier: 'light',
    requirements: ['gymnasium[classic-control]==1.4.0', 'numpy==2.4.6', 'pygame-ce==2.5.8'],
  },
  /** ML-Agents' client. It names Python 3.10 and packages of its age; on newer ones it works with these. */
  'mlagents-envs': {
    tier: 'light',
    requirements: [
      'mlagents-envs==1.1.0',
      'numpy==1.23.5',
      'protobuf==3.20.3',
      'grpcio==1.85.1',
      'typing-extensions==4.16.0',
      'Pillow==13.0.0',
      'PyYAML==6.0.3',
      'filelock==4.2.11',
      'cloudpickle==3.1.2',
      'gym==0.26.2',
      'gym-notices==0.1.0',
    ],
    options: ['--no-deps', '--ignore-requires-python'],
  },
  /** ML-Agents' loader of demonstrations, which needs little of what ML-Agents asks for; torch is none of it. */
  'mlagents-demos': {
    tier: 'light',
    requirements: [
      'mlagents==1.1.0',
      'mlagents-envs==1.1.0',
      'numpy==1.23.5',
      'protobuf==3.20.3',
      'Pillow==13.0.0',
      'h5py==3.16.0',
    ],
    options: ['--no-deps', '--ignore-requires-python'],
  },
  /** The Gymnasium package in python/, and what its own tests need. */
  gymnasium: {
    tier: 'light',
    requirements: ['gymnasium==1.4.0', 'numpy==2.4.6', 'mypy==2.4.1', 'pytest==9.2.0', 'ruff==0.17.5'],
  },
  /** Learners of others on our environments. */
  'stable-baselines3': {
    tier: 'heavy',
    requirements: [
      'stable-baselines3==2.9.2',
      'sb3-contrib==2.9.2',
      'gymnasium==1.4.0',
      'numpy==2.4.6',
      'torch==2.15.0',
    ],
  },
  /** What LeRobot, RLlib and imitation keep their tables with. */
  arrow: {
    tier: 'light',
    requirements: ['numpy==2.4.6', 'pandas==3.1.1', 'pyarrow==26.0.1', 'datasets==5.2.0'],
  },
  /** What keeps offline data in HDF5; Minari imports pillow without asking for it. */
  offline: {
    tier: 'light',
    requirements: [
      'minari[hdf5,create]==0.5.4',
      'gymnasium==1.4.0',
      'h5py==3.16.0',
      'numpy==2.4.6',
      'pillow==13.0.0',
    ],
  },
} satisfies Record<string, PythonEnvironment>

export type EnvironmentName = keyof typeof ENVIRONMENTS
