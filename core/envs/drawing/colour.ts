/** Colours as an environment writes them. Nothing else reaches the page: no url(), no variable, no keyword of CSS. */

/** What the board's own palette has; they go together, and with bubble. */
export const THEME_COLOURS = [
  'ink',
  'muted',
  'faint',
  'player',
  'accent',
  'highlight',
  'good',
  'bad',
  'night',
] as const
export type ThemeColour = (typeof THEME_COLOURS)[number]

/** CSS's basic names. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ['transparent', '#00000000'],
  ['black', '#000000ff'],
  ['silver', '#c0c0c0ff'],
  ['gray', '#808080ff'],
  ['grey', '#808080ff'],
  ['white', '#ffffffff'],
  ['maroon', '#800000ff'],
  ['red', '#ff0000ff'],
  ['purple', '#800080ff'],
  ['fuchsia', '#ff00ffff'],
  ['green', '#008000ff'],
  ['lime', '#00ff00ff'],
  ['olive', '#808000ff'],
  ['yellow', '#ffff00ff'],
  ['navy', '#000080ff'],
  ['blue', '#0000ffff'],
  ['teal', '#008080ff'],
  ['aqua', '#00ffffff'],
  ['orange', '#ffa500ff'],
])
const NUMBER = String.raw`(\d{1,3}(?:\.\d{1,6})?)`
const FUNCTION = new RegExp(
  String.raw`^(rgb|hsl)a?\( *${NUMBER}(%|deg)?[ ,]+${NUMBER}(%?)[ ,]+${NUMBER}(%?)(?: *[,/] *(0|1|0?\.\d{1,6}|${NUMBER}%))? *\)$`,
)
const LONGEST = 64

/** '#rrggbbaa', or a name of the theme as it is; undefined for anything else. */
export function parseColour(text: string): string | undefined {
  if (text.length > LONGEST) return undefined
  if ((THEME_COLOURS as readonly string[]).includes(text)) return text
  const lower = text.toLowerCase()
  if (/^#[0-9a-f]+$/.test(lower)) return fromHex(lower.slice(1))
  return NAMES.get(lower) ?? fromFunction(lower)
}

function fromHex(digits: string): string | undefined {
  const long = digits.length <= 4 ? digits.replaceAll(/./g, '$&$&') : digits
  if (long.length === 6) return `#${long}ff`
  return long.length === 8 ? `#${long}` : undefined
}

function fromFunction(text: string): string | undefined {
  const found = FUNCTION.exec(text)
  if (found === null) return undefined
  const [, kind, first, firstUnit = '', second, secondUnit, third, thirdUnit, alpha = '1', share] = found
  const opacity = share === undefined ? Number(alpha) : Number(share) / 100
  const [a, b, c] = [Number(first), Number(second), Number(third)]
  if (secondUnit !== thirdUnit) return undefined
  if (kind === 'hsl') {
    if (firstUnit === '%' || secondUnit !== '%') return undefined
    return hexOf([...fromHsl(a, b / 100, c / 100), opacity])
  }
  if (firstUnit !== secondUnit) return undefined
  const most = firstUnit === '%' ? 100 : 255
  return hexOf([a / most, b / most, c / most, opacity])
}

/** @param parts  [4], each 0 to 1; undefined when one is more */
function hexOf(parts: readonly number[]): string | undefined {
  if (parts.some((part) => !(part <= 1))) return undefined
  return `#${parts
    .map((part) =>
      Math.round(part * 255)
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`
}

/** CSS Color 4, section 7.1. @param hue  degrees @returns red, green and blue, 0 to 1 */
function fromHsl(hue: number, saturation: number, lightness: number): number[] {
  const spread = saturation * Math.min(lightness, 1 - lightness)
  return [0, 8, 4].map((n) => {
    const k = (n + hue / 30) % 12
    return lightness - spread * Math.max(-1, Math.min(k - 3, 9 - k, 1))
  })
}
