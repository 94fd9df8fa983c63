/**
 * Figures that tests measure: each is a line of a file while they run, in whatever process that is, and all are printed at
 * the end: the largest of each name and how often it was measured, or the sum of what is only counted ('each').
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs'

interface Figure {
  readonly name: string
  readonly value: number
  readonly unit: string
}

/** Keeps one figure, such as `figure('slowest crafted file', 0.31, 's')`. */
export function figure(name: string, value: number, unit: string): void {
  const file = process.env.UNDERSTUDY_FIGURES
  if (file !== undefined) appendFileSync(file, `${JSON.stringify({ name, value, unit } satisfies Figure)}\n`)
}

export function printFigures(file: string): void {
  if (!existsSync(file)) return
  const figures = readFileSync(file, 'utf8').trim().split('\n')
  const byName = Map.groupBy(
    figures.map((line) => JSON.parse(line) as Figure),
    ({ name }) => name,
  )
  process.stdout.write('figures:\n')
  for (const [name, all] of byName) {
    if (all[0]!.unit === 'each') {
      process.stdout.write(`  ${name}: ${all.reduce((sum, { value }) => sum + value, 0)}\n`)
      continue
    }
    const most = Math.max(...all.map(({ value }) => value))
    const times = all.every(({ value }) => value === most) ? '' : ` at most, of ${all.length}`
    process.stdout.write(`  ${name}: ${Number(most.toPrecision(4))} ${all[0]!.unit}${times}\n`)
  }
}
