/** Rows for libraries that are to be damaged. */
import type { RunRow } from '../../../core/store/index.ts'

export function newRun(id: string): RunRow {
  return {
    id,
    environmentId: 'test/walk',
    algorithm: 'sac',
    signals: ['extrinsic'],
    state: 'stopped',
    createdAtUs: 1_700_000_000_000_000,
    finishedAtUs: null,
    step: 5000,
    maxSteps: 10_000,
    score: null,
    masteredAtStep: null,
    demonstrations: [1],
    pid: null,
    message: null,
    config: 'a: 1',
  }
}
