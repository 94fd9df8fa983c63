/** Whether what was chosen is among what could be: a file that was made elsewhere may say anything. */
import type { FileProblems } from '../problems.ts'

/** One of `sizes[i]` whole numbers from `start[i]` (default 0) on, for each branch i. */
export interface ChoiceSpace {
  readonly sizes: readonly number[]
  readonly start?: readonly number[]
}

/** Whether it is one of `size` whole numbers from 0 on. */
export function isChoice(index: number, size: number): boolean {
  return Number.isInteger(index) && index >= 0 && index < size
}

/**
 * @param place  with the episode and the step: 'episode 2, step 7, action'
 * @param value  as the file has it
 */
export function refuseChoice(
  value: number | string,
  branch: number,
  space: ChoiceSpace,
  place: string,
  problems: FileProblems,
): never {
  const { sizes, start = [] } = space
  const first = start[branch] ?? 0
  const where = sizes.length === 1 ? place : `${place}, branch ${branch}`
  const least = `a whole number from ${first} to ${first + sizes[branch]! - 1}`
  return problems.refuse(where, `${least}, as in ${spaceName(space)}`, value)
}

/** As Gymnasium prints it; of many branches the first ones. */
function spaceName({ sizes, start = [] }: ChoiceSpace): string {
  const from = start.some((value) => value !== 0) ? `, start=${listed(start)}` : ''
  return `${sizes.length === 1 ? 'Discrete' : 'MultiDiscrete'}(${listed(sizes)}${from})`
}

function listed(values: readonly number[]): string {
  if (values.length === 1) return `${values[0]}`
  return `[${values.slice(0, 8).join(', ')}${values.length > 8 ? ', ...' : ''}]`
}

/** @param choices  [N, D], as the file has them. @throws DataError at the first that is not in its space */
export function checkChoices(
  choices: ArrayLike<number>,
  sizes: readonly number[],
  place: string,
  problems: FileProblems,
): void {
  for (let i = 0; i < choices.length; i++) {
    const branch = i % sizes.length
    if (isChoice(choices[i]!, sizes[branch]!)) continue
    const step = Math.floor(i / sizes.length)
    refuseChoice(choices[i]!, branch, { sizes }, `${place}, step ${step}, action`, problems)
  }
}
