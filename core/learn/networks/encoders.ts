/**
 * From the flat observation to features: vectors and entities pass as they are, every image (an observation of rank 3,
 * [C, H, W]) goes through a visual encoder that turns it into `hidden_units` features.
 */
import type { EnvironmentSpec, ObservationSpec } from '../../envs/environment.ts'
import { shapeSize } from '../../envs/environment.ts'
import { UserError } from '../../errors.ts'
import { concat, reshape, slice, type Value } from '../../tensor/index.ts'
import { flatten, hidden, type Scope } from './layers.ts'
import type { NetworkSettings } from './settings.ts'
import { convolve, smallestImage } from './visual-encoders.ts'

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
    const place = `${name}/visual/${image.name}`
    const seen = flatten(convolve(scope, place, pixels, settings.vis_encode_type))
    return hidden(scope, `${place}/out`, seen, settings.hidden_units, false)
  })
  return concat(parts, 1)
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
    {
      remedy:
        'use a larger image, or vis_encode_type resnet (from 15 x 15), match3 (5 x 5) or fully_connected (any size)',
    },
  )
}
