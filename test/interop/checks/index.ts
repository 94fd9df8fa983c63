/** All checks, in the order in which they are run and listed. */
import type { InteropCheck } from '../check.ts'
import { check as numpyNpz } from './numpy-npz.ts'
import { check as pandas } from './pandas.ts'

export const checks: readonly InteropCheck[] = [numpyNpz, pandas]
