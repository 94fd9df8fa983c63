/** Where a run is trained that is not trained by a process of this machine: a file in its folder, while it is so. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { z } from 'zod'
import { UserError } from '../errors.ts'

const place = z.strictObject({
  /** Of the cluster. */
  address: z.string(),
  job: z.string(),
  /** The folder in which the job keeps its files, where this machine can see it. */
  folder: z.string().nullable().default(null),
})
export type Elsewhere = z.infer<typeof place>

const fileOf = (directory: string): string => join(directory, 'elsewhere.json')

export function writeElsewhere(directory: string, where: Elsewhere): void {
  writeFileSync(fileOf(directory), JSON.stringify(where), { mode: 0o600 })
}

/** Null where the run is here, or nobody can say. */
export function readElsewhere(directory: string): Elsewhere | null {
  try {
    return place.parse(JSON.parse(readFileSync(fileOf(directory), 'utf8')))
  } catch {
    return null
  }
}

/** @throws UserError when the run is being trained elsewhere, so that it must be left alone here */
export function requireHere(directory: string): void {
  const elsewhere = readElsewhere(directory)
  if (elsewhere === null) return
  const id = basename(directory)
  throw new UserError(`run "${id}" may still be training at ${elsewhere.address}`, {
    remedy: `go back to it with \`understudy runs attach ${id}\`, or give up what that cluster has of it with \`understudy runs abandon ${id}\``,
  })
}

export function forgetElsewhere(directory: string): void {
  rmSync(fileOf(directory), { force: true })
}
