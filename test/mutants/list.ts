/** Every planted fault, a file per room. */

import { actors } from './actors.ts'
import { demos } from './demos.ts'
import { evaluate } from './evaluate.ts'
import type { Mutant } from './mutant.ts'
import { networks } from './networks.ts'
import { offPolicy } from './off-policy.ts'
import { offPolicyAlgorithms } from './off-policy-algorithms.ts'
import { onPolicy } from './on-policy.ts'
import { otherAlgorithms } from './other-algorithms.ts'
import { rollout } from './rollout.ts'
import { signals } from './signals.ts'

export const mutants: readonly Mutant[] = [
  ...offPolicyAlgorithms,
  ...otherAlgorithms,
  ...signals,
  ...offPolicy,
  ...onPolicy,
  ...actors,
  ...networks,
  ...rollout,
  ...evaluate,
  ...demos,
]
