/**
 * From the flat observation to features: vectors and entities pass as they are, every image (an observation of rank 3,
 * [C, H, W]) goes through a visual encoder that turns it into `hidden_units` features.
 *
 * Layers are those of ML-Agents (release 21): `simple`; `nature_cnn` (Mnih et al. 2015, "Human-level control through deep
 * reinforcement learning"); `match3`; `fully_connected`. A dense layer to `hidden_units` follows the convolutions.
 *
 * Differs from ML-Agents: ReLU in place of LeakyReLU, as in the papers and as in the other layers here.
 */
import type { EnvironmentSpec, ObservationSpec } from '../envs/environment.ts'
import { shapeSize } from '../envs/environment.ts'
import { UserError } from '../errors.ts'
import { concat, reshape, slice, type Value } from '../tensor/index.ts'
import { convolution, flatten, hidden, type Scope } from './layers.ts'
import type { NetworkSettings } from './settings.ts'

interface Convolution {
  readonly channels: number
  readonly kernel: number
  readonly stride: number
}

const convolutions: Readonly<Record<NetworkSettings['vis_encode_type'], readonly Convolution[]>> = {
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

/** A run of the flat observation that networks treat alike: vectors one behind the other, or one image. */
export interface ObservationPart {
  readonly from: number
  readonly to: number
  /** The observation that is an image; null for vectors and entities. */
  readonly image: ObservationSpec | null
}

/** The flat observation in parts, in the order of the spec. Without images there is one part, which is everything. */
export function observationParts({ observations }: EnvironmentSpec): ObservationPart[] {
  const parts: ObservationPart[] = []
  let from = 0
  for (const observation of observations) {
    const to = from + shapeSize(observation.shape)
    const last = parts.at(-1)
    if (observation.shape.length === 3) parts.push({ from, to, image: observation })
    else if (last?.image === null) parts.splice(-1, 1, { ...last, to })
    else parts.push({ from, to, image: null })
    from = to
  }
  return parts
}

/** How many features `encode` makes of one observation. */
export function featureCount({ shape }: ObservationSpec, settings: NetworkSettings): number {
  return shape.length === 3 ? settings.hidden_units : shapeSize(shape)
}

/**
 * x [B, O] -> [B, F], in the order of the spec; x itself when there is no image.
 * @throws UserError when an image is too small for `vis_encode_type`
 */
export function encode(
  scope: Scope,
  name: string,
  x: Value,
  spec: EnvironmentSpec,
  settings: NetworkSettings,
): Value {
  const parts = observationParts(spec).map(({ from, to, image }) => {
    const part = slice(x, 1, from, to)
    if (image === null) return part
    checkImage(spec, image, settings)
    const pixels = reshape(part, [x.shape[0]!, ...image.shape])
    return encodeImage(scope, `${name}/visual/${image.name}`, pixels, settings)
  })
  return concat(parts, 1)
}

/** pixels [B, C, H, W] -> [B, hidden_units] */
function encodeImage(scope: Scope, name: string, pixels: Value, settings: NetworkSettings): Value {
  let h = pixels
  convolutions[settings.vis_encode_type].forEach((layer, i) => {
    h = convolution(scope, `${name}/conv${i}`, h, layer)
  })
  return hidden(scope, `${name}/out`, flatten(h), settings.hidden_units, false)
}

/** Height and width of the smallest image that leaves at least one value after the convolutions. */
export function smallestImage(type: NetworkSettings['vis_encode_type']): number {
  return convolutions[type].reduceRight((size, { kernel, stride }) => (size - 1) * stride + kernel, 1)
}

function checkImage(
  spec: EnvironmentSpec,
  { name, shape }: ObservationSpec,
  settings: NetworkSettings,
): void {
  const type = settings.vis_encode_type
  const least = smallestImage(type)
  const [, height, width] = shape as [number, number, number]
  if (height >= least && width >= least) return
  throw new UserError(
    `the image "${name}" of ${spec.id} is ${width} x ${height}, and vis_encode_type ${type} needs ${least} x ${least}`,
    { remedy: 'use a larger image, or vis_encode_type match3 (from 5 x 5) or fully_connected (any size)' },
  )
}
