/** All checks, in the order in which they are run and listed. */
import type { InteropCheck } from '../check.ts'
import { check as arrowTables } from './arrow-tables.ts'
import { check as cartPole } from './cart-pole.ts'
import { check as classicControl } from './classic-control.ts'
import { check as clusterFiles } from './cluster-files.ts'
import { check as d3rlpy } from './d3rlpy.ts'
import { check as d4rl } from './d4rl.ts'
import { check as endpoint } from './endpoint.ts'
import { check as gymIn } from './gym-in.ts'
import { check as gymOdd } from './gym-odd.ts'
import { check as gymnasium } from './gymnasium.ts'
import { check as h5py } from './h5py.ts'
import { check as imitation } from './imitation.ts'
import { check as lerobot } from './lerobot.ts'
import { check as minari } from './minari.ts'
import { check as mlagentsDemo } from './mlagents-demo.ts'
import { check as mlagentsEnvs } from './mlagents-envs.ts'
import { check as mlagentsImitation } from './mlagents-imitation.ts'
import { check as mlagentsLearn } from './mlagents-learn.ts'
import { check as mlagentsOnnx } from './mlagents-onnx.ts'
import { check as mountainCar } from './mountain-car.ts'
import { check as numpyNpz } from './numpy-npz.ts'
import { check as onnxruntime } from './onnxruntime.ts'
import { check as ownUnits } from './own-units.ts'
import { check as pandas } from './pandas.ts'
import { check as rllib } from './rllib.ts'
import { check as rllibLearn } from './rllib-learn.ts'
import { check as rllibPeer } from './rllib-peer.ts'
import { check as robomimic } from './robomimic.ts'
import { check as stableBaselines3 } from './stable-baselines3.ts'
import { check as tensorboard } from './tensorboard.ts'
import { check as torchExport } from './torch-export.ts'
import { check as unityBuild } from './unity-build.ts'

export const checks: readonly InteropCheck[] = [
  numpyNpz,
  pandas,
  arrowTables,
  imitation,
  lerobot,
  endpoint,
  mlagentsDemo,
  mlagentsEnvs,
  mlagentsLearn,
  mlagentsImitation,
  mlagentsOnnx,
  onnxruntime,
  tensorboard,
  torchExport,
  gymIn,
  gymOdd,
  classicControl,
  cartPole,
  mountainCar,
  gymnasium,
  stableBaselines3,
  minari,
  ownUnits,
  h5py,
  d4rl,
  robomimic,
  d3rlpy,
  rllib,
  rllibLearn,
  rllibPeer,
  unityBuild,
  clusterFiles,
]
