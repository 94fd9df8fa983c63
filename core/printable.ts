/** Text of others (files, peers, people) without what a terminal or a page would obey: escapes, overrides of direction. */

/**
 * Control and format characters, halves of characters, private use, line separators. The two joiners stay: they touch
 * nothing but the letters beside them, and Persian, Hindi and many an emoji cannot be written without.
 */
const COMMANDS = /[[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]--[\u200c\u200d]]+/gv
const COMMANDS_WITHIN_LINES = /[[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]--[\u200c\u200d\t\n]]+/gv

/** A quick look that spares most texts the long one: a picture in base64 has a hundred thousand characters. */
const ORDINARY = /^[\t\n\x20-\x7e]*$/

/** Longer texts of others are cut where they stand within a sentence of ours. */
const MOST_CHARACTERS = 200

/** A name or value of others within one line: '?' for what was taken out, cut when it is long. */
export function printable(text: string | number): string {
  const clean = printableLine(String(text))
  return clean.length > MOST_CHARACTERS ? `${clean.slice(0, MOST_CHARACTERS)}...` : clean
}

/** As one line, however long. */
export function printableLine(text: string): string {
  return text.replaceAll(COMMANDS, '?')
}

/** As it is, with its lines and tabs: a sentence of ours, a stack, the last words of a process. */
export function printableText(text: string): string {
  return text.replaceAll('\r\n', '\n').replaceAll(COMMANDS_WITHIN_LINES, '?')
}

/** JSON that reads as the same value and has no such character: they stand in it as \u202e. */
export function printableJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replaceAll(COMMANDS_WITHIN_LINES, (found) =>
    Array.from({ length: found.length }, (_, i) => {
      return `\\u${found.charCodeAt(i).toString(16).padStart(4, '0')}`
    }).join(''),
  )
}

/** Plain data whose texts are as `printableText` makes them; the data itself where all of them are already. Bytes stay. */
export function printableData<T>(data: T): T {
  return isPrintable(data) ? data : (cleaned(data) as T)
}

/** Looks without making anything: nearly all that is asked is fine, and may be large. */
function isPrintable(value: unknown): boolean {
  if (typeof value === 'string') return ORDINARY.test(value) || printableText(value) === value
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return true
  if (Array.isArray(value)) return value.every(isPrintable)
  for (const key in value) {
    if (!isPrintable((value as Record<string, unknown>)[key])) return false
  }
  return true
}

function cleaned(value: unknown): unknown {
  if (typeof value === 'string') return printableText(value)
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value
  if (Array.isArray(value)) return value.map(cleaned)
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, cleaned(item)]))
}
