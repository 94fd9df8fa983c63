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
  /** What exports networks. */
  torch: {
    tier: 'heavy',
    requirements: ['numpy==2.4.6', 'onnx==1.23.2', 'onnxscript==0.7.2', 'torch==2.15.0'],
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
  /** ML-Agents' trainer, whose own list of packages is of another age; all that it and torch need is named here. */
  mlagents: {
    tier: 'heavy',
    requirements: [
      ...['mlagents==1.1.0', 'mlagents-envs==1.1.0', 'numpy==1.23.5', 'protobuf==3.20.3', 'grpcio==1.85.1'],
      ...[
        'typing-extensions==4.16.0',
        'Pillow==13.0.0',
        'PyYAML==6.0.3',
        'filelock==4.2.11',
        'cloudpickle==3.1.2',
      ],
      ...[
        'attrs==26.1.0',
        'cattrs==1.5.0',
        'h5py==3.9.0',
        'six==1.17.0',
        'onnx==1.17.0',
        'setuptools==65.5.0',
      ],
      ...['tensorboard==2.14.0', 'tensorboard-data-server==0.7.2', 'absl-py==2.5.1', 'Markdown==3.11.3'],
      ...[
        'Werkzeug==2.3.8',
        'MarkupSafe==3.0.4',
        'huggingface-hub==0.36.0',
        'requests==2.34.2',
        'urllib3==2.8.0',
      ],
      ...[
        'idna==3.20',
        'certifi==2026.10.18',
        'charset-normalizer==3.5.2',
        'tqdm==4.70.1',
        'packaging==26.3',
      ],
      // What torch needs to export: the newest that do with the NumPy and protobuf of ML-Agents.
      ...['onnxscript==0.7.2', 'onnx-ir==1.1.0', 'ml_dtypes==0.5.4'],
      ...['onnxruntime==1.31.1', 'flatbuffers==25.12.19'],
      ...[
        'torch==2.15.0',
        'fsspec==2026.9.0',
        'Jinja2==3.1.6',
        'networkx==3.6.1',
        'sympy==1.14.0',
        'mpmath==1.3.0',
      ],
      ...['triton==3.9.0', 'cuda-bindings==13.5.0', 'cuda-pathfinder==1.9.0', 'cuda-toolkit==13.2.2'],
      ...['nvidia-cublas==13.4.1.3', 'nvidia-cuda-cccl==13.3.5.0.6', 'nvidia-cuda-cupti==13.2.86'],
      ...['nvidia-cuda-nvrtc==13.2.86', 'nvidia-cuda-runtime==13.2.86', 'nvidia-cudnn-cu13==9.26.0.51'],
      ...['nvidia-cufft==12.2.0.57', 'nvidia-cufile==1.17.1.22', 'nvidia-cusolver==12.2.0.11'],
      ...['nvidia-cusparse==12.7.10.12', 'nvidia-cusparselt-cu13==0.8.1', 'nvidia-nccl-cu13==2.30.7'],
      ...['nvidia-nvjitlink==13.5.37', 'nvidia-nvshmem-cu13==3.7.2', 'nvidia-nvtx==13.2.86'],
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
  /** imitation and LeRobot side by side, with what reading and writing data needs of what they ask for. */
  trajectories: {
    tier: 'heavy',
    requirements: [
      'accelerate==1.15.0',
      'aiohttp==3.14.5',
      'anyio==4.16.0',
      'attrs==26.1.0',
      'av==15.1.0',
      'certifi==2026.10.18',
      'charset-normalizer==3.5.2',
      'cloudpickle==3.1.2',
      'contourpy==1.3.3',
      'cuda-bindings==12.9.4',
      'cuda-pathfinder==1.9.0',
      'cycler==0.12.1',
      'datasets==4.8.0',
      'deepdiff==9.1.0',
      'dill==0.4.1',
      'draccus==0.10.0',
      'einops==0.8.2',
      'Farama-Notifications==0.0.6',
      'filelock==4.2.11',
      'fonttools==4.68.0',
      'fsspec==2026.9.0',
      'gymnasium==0.29.1',
      'h11==0.16.0',
      'httpcore==1.0.9',
      'httpx==0.28.1',
      'huggingface-hub==0.35.3',
      'huggingface-sb3==3.0',
      'idna==3.20',
      'ImageIO==2.38.1',
      'imitation==1.0.1',
      'Jinja2==3.1.6',
      'joblib==1.6.0',
      'jsonlines==4.0.0',
      'jsonpickle==4.1.4',
      'kiwisolver==1.5.1',
      'lerobot==0.4.4',
      'markdown-it-py==4.3.0',
      'MarkupSafe==3.0.4',
      'matplotlib==3.11.2',
      'mdurl==0.1.2',
      'mergedeep==1.3.4',
      'mpmath==1.3.0',
      'multiprocess==0.70.19',
      'mypy_extensions==1.2.0',
      'networkx==3.6.1',
      'numpy==2.2.6',
      'nvidia-cublas-cu12==12.8.4.1',
      'nvidia-cuda-cupti-cu12==12.8.90',
      'nvidia-cuda-nvrtc-cu12==12.8.93',
      'nvidia-cuda-runtime-cu12==12.8.90',
      'nvidia-cudnn-cu12==9.10.2.21',
      'nvidia-cufft-cu12==11.3.3.83',
      'nvidia-cufile-cu12==1.13.1.3',
      'nvidia-curand-cu12==10.3.9.90',
      'nvidia-cusolver-cu12==11.7.3.90',
      'nvidia-cusparse-cu12==12.5.8.93',
      'nvidia-cusparselt-cu12==0.7.1',
      'nvidia-nccl-cu12==2.27.5',
      'nvidia-nvjitlink-cu12==12.8.93',
      'nvidia-nvshmem-cu12==3.4.5',
      'nvidia-nvtx-cu12==12.8.90',
      'opencv-python-headless==5.0.0.93',
      'orderly-set==5.5.0',
      'packaging==26.3',
      'pandas==3.1.1',
      'pillow==13.0.0',
      'psutil==7.2.2',
      'pyarrow==26.0.1',
      'Pygments==2.21.0',
      'pyparsing==3.3.3',
      'python-dateutil==4.0.0',
      'pytz==2026.6',
      'PyYAML==6.0.3',
      'pyyaml-include==2.2',
      'requests==2.34.2',
      'rich==15.0.0',
      'safetensors==0.8.0',
      'scikit-learn==1.9.1',
      'scipy==1.17.1',
      'seals==0.2.1',
      'six==1.17.0',
      'sniffio==1.3.1',
      'stable-baselines3==2.2.1',
      'sympy==1.14.0',
      'termcolor==3.3.0',
      'threadpoolctl==3.8.0',
      'toml==0.10.2',
      'torch==2.10.0',
      'torchvision==0.25.0',
      'tqdm==4.70.1',
      'typing-inspect==0.9.0',
      'typing_extensions==4.16.0',
      'tzdata==2026.6',
      'urllib3==2.8.0',
      'xxhash==4.1.0',
    ],
    options: ['--no-deps'],
  },
} satisfies Record<string, PythonEnvironment>

export type EnvironmentName = keyof typeof ENVIRONMENTS
