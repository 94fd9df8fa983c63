/** What figures are made on, and how its runs are started. */
import { availableParallelism, cpus } from 'node:os'
import type { Elsewhere, ForkTraining } from '../train/index.ts'

export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly node: string
}

/** Where cells are trained, when that is not this machine. */
export interface Place {
  readonly machine: Machine
  readonly fork: ForkTraining
  /** Back to a run that an earlier call has left there. @throws UserError when it is somewhere else */
  readonly rejoin: (left: Elsewhere) => ForkTraining
}

export function thisMachine(): Machine {
  return { cpu: cpus()[0]?.model ?? 'unknown', cores: availableParallelism(), node: process.version }
}
