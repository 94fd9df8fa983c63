/** For authors of environments: the parts of a drawing by short names, `draw.circle(x, y, radius, { fill: 'player' })`. */
import type { Drawing, Shape } from './drawing.ts'

type Of<Kind extends Shape['shape']> = Extract<Shape, { shape: Kind }>
/** What is not among a helper's own parameters. */
type Rest<Kind extends Shape['shape'], Named extends string> = Omit<Of<Kind>, 'shape' | Named>
type Points = Of<'line'>['points']

export function scene(parts: Omit<Drawing, 'kind'>): Drawing {
  return { kind: 'drawing', ...parts }
}

export function rectangle(
  x: number,
  y: number,
  width: number,
  height: number,
  rest: Rest<'rectangle', 'x' | 'y' | 'width' | 'height'>,
): Shape {
  return { shape: 'rectangle', x, y, width, height, ...rest }
}

export function circle(
  x: number,
  y: number,
  radius: number,
  rest: Rest<'circle', 'x' | 'y' | 'radius'>,
): Shape {
  return { shape: 'circle', x, y, radius, ...rest }
}

/** @param from, to  radians, clockwise from the right */
export function arc(
  x: number,
  y: number,
  radius: number,
  from: number,
  to: number,
  rest: Rest<'arc', 'x' | 'y' | 'radius' | 'from' | 'to'>,
): Shape {
  return { shape: 'arc', x, y, radius, from, to, ...rest }
}

export function line(points: Points, rest: Rest<'line', 'points'>): Shape {
  return { shape: 'line', points, ...rest }
}

export function polygon(points: Points, rest: Rest<'polygon', 'points'>): Shape {
  return { shape: 'polygon', points, ...rest }
}

/** In the middle of `x` unless `align` says otherwise. */
export function text(
  x: number,
  y: number,
  size: number,
  words: string,
  rest: Rest<'text', 'x' | 'y' | 'size' | 'text'>,
): Shape {
  return { shape: 'text', x, y, size, text: words, ...rest }
}

type Box = Pick<Of<'picture'>, 'x' | 'y' | 'width' | 'height'>
type Picture = Rest<'picture', 'rgba' | 'png' | 'columns' | 'rows'>

/** @param rgba  [rows, columns, 4], 0 to 255 */
export function pixels(columns: number, rows: number, rgba: ArrayLike<number>, rest: Picture & Box): Shape {
  return { shape: 'picture', columns, rows, rgba: base64Of(Uint8Array.from(rgba)), ...rest }
}

/** @param bytes  of a PNG file, whose head says how many pixels there are */
export function png(bytes: Uint8Array, rest: Picture & Box): Shape {
  const head = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const [columns, rows] = bytes.length < 24 ? [1, 1] : [head.getUint32(16), head.getUint32(20)]
  return { shape: 'picture', columns, rows, png: base64Of(bytes), ...rest }
}

function base64Of(bytes: Uint8Array): string {
  let characters = ''
  for (const byte of bytes) characters += String.fromCharCode(byte)
  return btoa(characters)
}
