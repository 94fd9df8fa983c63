/** Tables for people: aligned, plain, no lines. */
import { counted } from '../counted.ts'
import { printableLine } from '../printable.ts'

export interface Column<Row> {
  readonly title: string
  readonly align?: 'left' | 'right'
  readonly text: (row: Row) => string
}

/** @returns the title line and one line per row */
export function formatTable<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string[] {
  const cells = [
    columns.map((column) => printableLine(column.title)),
    ...rows.map((row) => columns.map((column) => printableLine(column.text(row)).trim())),
  ]
  const widths = columns.map((_, i) => Math.max(...cells.map((line) => displayWidth(line[i]!))))
  return cells.map((line) =>
    line
      .map((cell, i) => {
        const padding = ' '.repeat(widths[i]! - displayWidth(cell))
        return columns[i]!.align === 'right' ? padding + cell : cell + padding
      })
      .join('  ')
      .trimEnd(),
  )
}

/** Characters as a terminal counts them, near enough: wide scripts and emoji take two cells, combining marks none. */
function displayWidth(text: string): number {
  let width = 0
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    width +=
      /\p{Emoji_Presentation}|[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u.test(
        segment,
      )
        ? 2
        : 1
  }
  return width
}

/** Local time to the minute: '2026-03-04 17:05'. */
export function formatTime(us: number): string {
  const date = new Date(us / 1000)
  const two = (n: number): string => String(n).padStart(2, '0')
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`
}

/** '512 bytes', '3.4 MB' */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return counted(bytes, 'byte')
  const unit = bytes < 1e6 ? 'kB' : bytes < 1e9 ? 'MB' : bytes < 1e12 ? 'GB' : 'TB'
  const value = bytes / { kB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 }[unit]
  return `${value.toFixed(value < 10 ? 1 : 0)} ${unit}`
}
