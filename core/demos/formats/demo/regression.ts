/** How far what was done explains what came of it: linear regression, so that actions of several numbers count together. */

/** Added to the diagonal of the normal equations, whose columns have length 1: of two equal ones either may be taken. */
const RIDGE = 1e-8

/**
 * The share of each outcome's variance that the actions explain, beyond what so many columns explain by chance: 0 to 1.
 * @param actions   columns [n]
 * @param outcomes  columns [n]
 */
export function explained(actions: readonly Float64Array[], outcomes: readonly Float64Array[]): number[] {
  const n = outcomes[0]?.length ?? 0
  const causes = actions.map(normalise).filter((column) => column !== undefined)
  const free = n - causes.length - 1
  // With hardly more rows than columns anything explains everything.
  if (causes.length === 0 || free < causes.length + 5) return outcomes.map(() => 0)
  const factor = cholesky(causes)
  return outcomes.map((column) => {
    const outcome = normalise(column)
    if (outcome === undefined) return 0
    const shared = forwards(
      factor,
      causes.map((cause) => dot(cause, outcome)),
    )
    const rest = Math.max(0, 1 - dot(shared, shared))
    return Math.max(0, 1 - (rest * (n - 1)) / free)
  })
}

/** With mean 0 and length 1; undefined for a column that never changes. */
function normalise(column: Float64Array): Float64Array | undefined {
  const mean = column.reduce((total, value) => total + value, 0) / column.length
  const centred = column.map((value) => value - mean)
  const length = Math.sqrt(dot(centred, centred))
  return length < 1e-9 ? undefined : centred.map((value) => value / length)
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let total = 0
  for (let i = 0; i < a.length; i++) total += a[i]! * b[i]!
  return total
}

/** @returns L, row by row, with L L^T = C^T C of the columns C, and a ridge */
function cholesky(columns: readonly Float64Array[]): number[][] {
  const factor: number[][] = []
  for (const [i, column] of columns.entries()) {
    const row: number[] = []
    for (let j = 0; j < i; j++)
      row.push((dot(column, columns[j]!) - dot(row, factor[j]!.slice(0, j))) / factor[j]![j]!)
    row.push(Math.sqrt(Math.max(RIDGE, dot(column, column) + RIDGE - dot(row, row))))
    factor.push(row)
  }
  return factor
}

/** x of L x = b */
function forwards(factor: readonly number[][], b: readonly number[]): number[] {
  const x: number[] = []
  for (const [i, row] of factor.entries()) x.push((b[i]! - dot(x, row)) / row[i]!)
  return x
}
