/** Pictures of drawings, decoded beside the drawing and kept while they may be drawn again. No address is made of them. */
import type { DrawnShape } from '../../../core/studio/protocol.ts'

export type Picture = Extract<DrawnShape, { shape: 'picture' }>

/** As many as a few boards need at once. */
const KEPT = 64

/** By content; null while it is being decoded, and where it cannot be. */
const bitmaps = new Map<string, ImageBitmap | null>()
const decoding = new Set<string>()

/** Null until it is decoded, which the first call sets going. */
export function bitmapOf(picture: Picture): ImageBitmap | null {
  const content = contentOf(picture)
  const known = bitmaps.get(content)
  if (known !== undefined) return known
  bitmaps.set(content, null)
  decoding.add(content)
  void decode(picture)
    .then((bitmap) => bitmaps.set(content, bitmap))
    .catch(() => undefined)
    .finally(() => decoding.delete(content))
  if (bitmaps.size > KEPT) bitmaps.delete(bitmaps.keys().next().value!)
  return null
}

export function isDecoding(picture: Picture): boolean {
  return decoding.has(contentOf(picture))
}

function contentOf({ png, rgba, columns }: Picture): string {
  return png ?? `${columns}:${rgba}`
}

function decode({ png, rgba, columns, rows }: Picture): Promise<ImageBitmap> {
  const bytes = Uint8Array.from(atob(png ?? rgba!), (character) => character.charCodeAt(0))
  if (png !== undefined) return createImageBitmap(new Blob([bytes], { type: 'image/png' }))
  return createImageBitmap(new ImageData(new Uint8ClampedArray(bytes.buffer), columns, rows))
}
