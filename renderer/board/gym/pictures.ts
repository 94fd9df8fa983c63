/** Pictures of scenes, decoded beside the drawing and kept while they may be drawn again. */
import type { GymScene } from '../../../core/studio/protocol.ts'

/** As many as a few boards need at once. */
const KEPT = 48

const pictures = new Map<string, HTMLImageElement>()

/** Null until it is decoded, which the first call sets going. */
export function pictureOf({ png }: GymScene): HTMLImageElement | null {
  const known = pictures.get(png)
  if (known !== undefined) return known.complete && known.naturalWidth > 0 ? known : null
  const picture = new Image()
  picture.src = `data:image/png;base64,${png}`
  pictures.set(png, picture)
  if (pictures.size > KEPT) pictures.delete(pictures.keys().next().value!)
  return null
}

export function isPending({ png }: GymScene): boolean {
  return pictures.get(png)?.complete === false
}
