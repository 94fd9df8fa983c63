/**
 * The convolutions of a visual encoder, layer by layer those of ML-Agents (release 21): `simple`; `nature_cnn` (Mnih et al.
 * 2015, "Human-level control through deep reinforcement learning"); `resnet` (Espeholt et al. 2018, IMPALA,
 * arXiv:1802.01561, the larger network of figure 3); `match3`; `fully_connected`, which has none.
 *
 * Differs from ML-Agents: ReLU in place of LeakyReLU and, in `resnet`, of Swish, as in the papers and the other layers here.
 */
import { add, relu, type Value } from '../../tensor/index.ts'
import { type ConvolutionShape, convolution, maxPool, type Scope } from './layers.ts'
import type { NetworkSettings } from './settings.ts'

type EncoderType = NetworkSettings['vis_encode_type']

const plain: Readonly<Record<Exclude<EncoderType, 'resnet'>, readonly ConvolutionShape[]>> = {
  simple: [
    { channels: 16, kernel: 8, stride: 4 },
    { channels: 32, kernel: 4, stride: 2 },
  ],
  nature_cnn: [
    { channels: 32, kernel: 8, stride: 4 },
    { channels: 64, kernel: 4, stride: 2 },
    { channels: 64, kernel: 3, stride: 1 },
  ],
  match3: [
    { channels: 35, kernel: 3, stride: 1 },
    { channels: 144, kernel: 3, stride: 1 },
  ],
  fully_connected: [],
}

const RESNET_CHANNELS = [16, 32, 32] as const
const RESNET_BLOCKS = 2

/** pixels [B, C, H, W] -> [B, C', H', W'] */
export function convolve(scope: Scope, name: string, pixels: Value, type: EncoderType): Value {
  if (type === 'resnet') return resnet(scope, name, pixels)
  let h = pixels
  plain[type].forEach((layer, i) => {
    h = relu(convolution(scope, `${name}/conv${i}`, h, layer))
  })
  return h
}

/** Height and width of the smallest image that leaves at least one value. */
export function smallestImage(type: EncoderType): number {
  const windows = type === 'resnet' ? RESNET_CHANNELS.map(() => ({ kernel: 3, stride: 2 })) : plain[type]
  return windows.reduceRight((size, { kernel, stride }) => (size - 1) * stride + kernel, 1)
}

/** Three stages, each a convolution, a max pool and two blocks h + conv(relu(conv(relu(h)))). */
function resnet(scope: Scope, name: string, pixels: Value): Value {
  let h = pixels
  RESNET_CHANNELS.forEach((channels, stage) => {
    const same = (place: string, x: Value) =>
      convolution(scope, `${name}/stage${stage}/${place}`, x, { channels, kernel: 3, stride: 1, padding: 1 })
    h = maxPool(same('in', h))
    for (let block = 0; block < RESNET_BLOCKS; block++) {
      const inner = same(`block${block}/conv0`, relu(h))
      h = add(h, same(`block${block}/conv1`, relu(inner)))
    }
  })
  return relu(h)
}
