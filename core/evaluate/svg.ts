/** What the plots share: text that is safe in XML, round axis ticks, a linear scale. */
import type { PlayerKind } from '../store/index.ts'

/** Those of the studio's light theme (renderer/theme/tokens.css), so that a report looks like the screen it comes from. */
export const PLAYER_COLOURS: Readonly<Record<PlayerKind, string>> = {
  human: '#b4500d',
  scripted: '#56636f',
  agent: '#0b7466',
  unknown: '#5f6b68',
}

/** For curves, in turn. */
export const COLOURS = [
  '#d9480f',
  '#1c7ed6',
  '#2b8a3e',
  '#9c36b5',
  '#c2255c',
  '#0b7285',
  '#e67700',
  '#5f3dc4',
] as const

export const INK = '#1f2328'
export const FAINT = '#d0d7de'
export const FONT = 'Inter, system-ui, -apple-system, Segoe UI, sans-serif'

export function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}

/** Round numbers from at or below `low` to at or above `high`, about `count` of them. */
export function ticks(low: number, high: number, count: number): number[] {
  const span = high > low ? high - low : Math.abs(low) || 1
  const rough = span / count
  const magnitude = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].map((factor) => factor * magnitude).find((candidate) => candidate >= rough)!
  const first = Math.floor(low / step)
  const last = Math.max(first + 1, Math.ceil(high / step))
  return Array.from({ length: last - first + 1 }, (_, i) => tidy((first + i) * step))
}

/** 1, 2 and 5 times powers of ten, from at or below `low` to at or above `high`, both above 0. */
export function logTicks(low: number, high: number): number[] {
  const marks: number[] = []
  for (let power = Math.floor(Math.log10(low)); marks.length === 0 || marks.at(-1)! < high; power++) {
    for (const factor of [1, 2, 5]) marks.push(tidy(factor * 10 ** power))
  }
  const first = marks.findLastIndex((mark) => mark <= low)
  const last = marks.findIndex((mark) => mark >= high)
  return marks.slice(first, Math.max(last, first + 1) + 1)
}

/** Maps [from, to] to pixels [start, end]. */
export function scale(from: number, to: number, start: number, end: number): (value: number) => number {
  return (value) => tidy(start + ((value - from) / (to - from)) * (end - start), 2)
}

/** 12345 -> '12,345'; 0.30000000000000004 -> '0.3' */
export function format(value: number): string {
  return tidy(value).toLocaleString('en', { maximumFractionDigits: 4 })
}

export function text(
  x: number,
  y: number,
  content: string,
  options: { anchor?: 'start' | 'middle' | 'end'; size?: number; fill?: string; weight?: number } = {},
): string {
  const { anchor = 'start', size = 12, fill = INK, weight = 400 } = options
  return `<text x="${x}" y="${y}" text-anchor="${anchor}" font-size="${size}" font-weight="${weight}" fill="${fill}">${escapeXml(content)}</text>`
}

export function line(x1: number, y1: number, x2: number, y2: number, attributes: string): string {
  return `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" ${attributes}/>`
}

/**
 * As in the studio, a person is a circle, a scripted player a square, an agent a diamond, and who nobody knows a ring, about 11
 * wide around (x, y).
 */
export function playerMark(kind: PlayerKind, x: number, y: number, attributes = ''): string {
  const style = `fill="${PLAYER_COLOURS[kind]}" ${attributes}`.trimEnd()
  const shapes: Readonly<Record<PlayerKind, string>> = {
    human: `<circle cx="${x}" cy="${y}" r="5" ${style}/>`,
    scripted: `<rect x="${tidy(x - 4.5)}" y="${tidy(y - 4.5)}" width="9" height="9" rx="1" ${style}/>`,
    agent: `<path d="M${x} ${tidy(y - 5.8)} ${tidy(x + 5.8)} ${y} ${x} ${tidy(y + 5.8)} ${tidy(x - 5.8)} ${y}z" ${style}/>`,
    unknown: `<circle cx="${x}" cy="${y}" r="4.2" fill="#ffffff" stroke="${PLAYER_COLOURS.unknown}" stroke-width="1.8"/>`,
  }
  return shapes[kind]
}

/** @param title  read out where the picture cannot be seen */
export function document(width: number, height: number, title: string, body: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" font-family="${FONT}">`,
    `<title>${escapeXml(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    ...body,
    '</svg>',
    '',
  ].join('\n')
}

/** Without the noise of binary fractions. */
function tidy(value: number, digits = 10): number {
  return Number(value.toFixed(digits))
}
