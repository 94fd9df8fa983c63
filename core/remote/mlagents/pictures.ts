/**
 * The compressed observations of ML-Agents: one or more PNGs of up to four channels each, one behind the other. What a picture
 * says of its size is compared with the observation's shape before anything is decoded.
 */
import { inflateSync } from 'node:zlib'
import { type DecodedPng, decode, encode } from 'fast-png'

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)
/** By colour type: grey, colour, (palette), grey and alpha, colour and alpha. */
const CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 4: 2, 6: 4 }

/** Bytes that deflate gives for one at most. */
const MOST_INFLATED = 1032

interface Picture {
  readonly width: number
  readonly height: number
  readonly channels: number
  /** The deflated pixels. */
  readonly pixels: Uint8Array
  /** The picture without what is told besides. */
  readonly png: Uint8Array<ArrayBuffer>
  /** Where the bytes behind the picture begin. */
  readonly end: number
}

/** Width and height of the first picture. @throws Error when there is none */
export function pictureSize(bytes: Uint8Array): { readonly width: number; readonly height: number } {
  return openPicture(bytes, 0)
}

function findSignature(bytes: Uint8Array, from: number): number {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).indexOf(SIGNATURE, from)
}

/**
 * The image [C, H, W] that the pictures hold, 0 to 1, as ML-Agents' reader composes it: with a mapping each channel of the
 * pictures is averaged into the output channel that it names (-1: none); without one, one channel is the mean of those of the
 * first picture, and several are the first ones.
 * @throws Error when the pictures are not of this size, damaged, or of too few or many channels
 */
export function readPictures(
  bytes: Uint8Array,
  { channels, height, width }: { channels: number; height: number; width: number },
  mapping: readonly number[],
): Float32Array {
  const most = mapping.length > 0 ? mapping.length : Math.max(4, channels + 3)
  const [planes, ofFirst] = readPlanes(bytes, width, height, most)
  if (mapping.length > 0 && planes.length !== mapping.length) {
    throw new RangeError(`${planes.length} channels, and a mapping for ${mapping.length}`)
  }
  if (mapping.some((to) => to >= channels))
    throw new RangeError(`a mapping to more than ${channels} channels`)
  const image = new Float32Array(channels * height * width)
  for (let channel = 0; channel < channels; channel++) {
    let sources = planes.slice(channel, channel + 1)
    if (mapping.length > 0) sources = planes.filter((_, i) => mapping[i] === channel)
    else if (channels === 1) sources = planes.slice(0, ofFirst)
    if (sources.length === 0) throw new RangeError(`no picture for channel ${channel}`)
    image.set(mean(sources), channel * height * width)
  }
  return image
}

/** In single precision throughout, so that the values are NumPy's. */
function mean(planes: readonly Float32Array[]): Float32Array {
  const sum = planes[0]!.slice()
  for (const plane of planes.slice(1)) for (let i = 0; i < sum.length; i++) sum[i]! += plane[i]!
  if (planes.length > 1) for (let i = 0; i < sum.length; i++) sum[i]! /= planes.length
  return sum
}

/** All channels [H * W] of all pictures, and how many of them the first one has. */
function readPlanes(
  bytes: Uint8Array,
  width: number,
  height: number,
  most: number,
): [planes: Float32Array[], ofFirst: number] {
  const planes: Float32Array[] = []
  let ofFirst = 0
  for (let at = 0; at !== -1; ) {
    const picture = openPicture(bytes, at)
    if (picture.width !== width || picture.height !== height) {
      throw new RangeError(`a picture of ${picture.width} x ${picture.height} pixels`)
    }
    if (planes.length + picture.channels > most) throw new RangeError(`more than ${most} channels`)
    checkPixels(picture)
    planes.push(...splitChannels(decode(picture.png, { checkCrc: true })))
    if (ofFirst === 0) ofFirst = picture.channels
    at = findSignature(bytes, picture.end)
  }
  return [planes, ofFirst]
}

function splitChannels({ data, channels, width, height }: DecodedPng): Float32Array[] {
  return Array.from({ length: channels }, (_, channel) => {
    const plane = new Float32Array(width * height)
    for (let i = 0; i < plane.length; i++) plane[i] = data[i * channels + channel]! / 255
    return plane
  })
}

/** Reads the chunks without their contents; @throws Error when they are no picture of 8 bits per channel */
function openPicture(bytes: Uint8Array, start: number): Picture {
  if (!SIGNATURE.every((byte, i) => bytes[start + i] === byte)) throw new RangeError('not a PNG')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const kept: Uint8Array[] = [SIGNATURE]
  const pixels: Uint8Array[] = []
  let header: DataView | undefined
  let at = start + SIGNATURE.length
  for (let type = ''; type !== 'IEND'; ) {
    const size = at + 12 <= bytes.length ? 12 + view.getUint32(at) : Infinity
    if (at + size > bytes.length) throw new RangeError('a PNG that is cut off')
    const chunk = bytes.subarray(at, at + size)
    type = Buffer.from(chunk.subarray(4, 8)).toString('latin1')
    if (type === 'IHDR') {
      if (size !== 25 || header !== undefined) throw new RangeError('a PNG with a wrong header')
      header = new DataView(bytes.buffer, bytes.byteOffset + at + 8, 13)
    }
    if (type === 'IDAT') pixels.push(chunk.subarray(8, -4))
    // Only these: a colour profile too is compressed, and nothing says how large it gets.
    if (type === 'IHDR' || type === 'IDAT' || type === 'IEND') kept.push(chunk)
    at += size
  }
  const channels = CHANNELS[header?.getUint8(9) ?? -1]
  if (header?.getUint8(8) !== 8 || header.getUint8(12) !== 0 || channels === undefined) {
    throw new RangeError('a PNG that is not a plain one with 8 bits per channel')
  }
  const [width, height] = [header.getUint32(0), header.getUint32(4)]
  return { width, height, channels, pixels: Buffer.concat(pixels), png: Buffer.concat(kept), end: at }
}

/** fast-png inflates whatever there is, however large. */
function checkPixels({ width, height, channels, pixels }: Picture): void {
  const expected = height * (1 + width * channels)
  if (expected > MOST_INFLATED * (1 + pixels.length)) throw new RangeError('a PNG with too few pixels')
  const { length } = inflateSync(pixels, { maxOutputLength: expected })
  if (length !== expected) throw new RangeError(`a PNG with ${length} of ${expected} bytes`)
}

/** Whether these are values that pictures have: n / 255. */
export function isPicture(values: Float32Array): boolean {
  return values.every((value) => {
    const level = Math.round(value * 255) + 0 // no negative zero
    return level >= 0 && level <= 255 && Object.is(value, Math.fround(level / 255))
  })
}

/** An image [C, H, W] of such values as C / 3 pictures; C is a multiple of 3. */
export function writePictures(image: Float32Array, shape: readonly number[]): Uint8Array {
  const [channels, height, width] = shape as [number, number, number]
  const size = 3 * height * width
  const pictures = Array.from({ length: channels / 3 }, (_, i) =>
    writePicture(image.subarray(i * size, (i + 1) * size), [3, height, width]),
  )
  return Buffer.concat(pictures)
}

/** An image [C, H, W] of such values as one picture: of 1 channel grey, of 3 in colour. */
export function writePicture(image: Float32Array, shape: readonly number[]): Uint8Array {
  const [channels, height, width] = shape as [number, number, number]
  const area = height * width
  const data = Uint8Array.from(image, (_, i) =>
    Math.round(255 * image[(i % channels) * area + Math.floor(i / channels)]!),
  )
  return encode({ width, height, data, channels: channels as 1 | 3 })
}
