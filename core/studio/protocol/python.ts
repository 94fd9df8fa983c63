/** The Python that runs Gymnasium environments. */
import { z } from 'zod'
import { boundedName, empty } from './common.ts'

const command = z.string().trim().pipe(boundedName(1024))

export const pythonChoice = z.object({
  /** What the person chose; null when nothing was. */
  chosen: z.string().nullable(),
  /** What the studio was started with, which goes before. */
  startedWith: z.string().nullable(),
})

export const pythonReport = z.object({
  /** Absolute path of the interpreter. */
  path: z.string(),
  python: z.string(),
  /** Package -> its version; null where it is not installed. */
  packages: z.record(z.string(), z.string().nullable()),
})
export type PythonReport = z.infer<typeof pythonReport>

export const pythonMethods = {
  'python.get': { params: empty, result: pythonChoice },
  /** Runs it, and keeps it when it is one; the person is asked before. */
  'python.choose': { params: z.strictObject({ command }), result: pythonReport },
  /** Back to python3. */
  'python.forget': { params: empty, result: pythonChoice },
}
