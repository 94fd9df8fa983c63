/** `--on` and `--ray-token-file`, wherever something can be done on a cluster. */
import { Option } from 'commander'
import { connect } from '../cluster/connect.ts'
import type { RayClient } from '../cluster/ray-client.ts'
import { HERE } from '../cluster/saved-clusters.ts'
import { UserError } from '../errors.ts'

export interface OnCluster {
  readonly on?: string | undefined
  readonly rayTokenFile?: string | undefined
}

/** @param what  is done there: 'train' */
export const onOption = (what: string) =>
  new Option(
    '--on <cluster>',
    `${what} on a Ray cluster: its saved name, or the address of its dashboard, http://HEAD:8265; "here" is this machine`,
  )

export const tokenOption = () =>
  new Option('--ray-token-file <file>', "file with the cluster's token (default: where Ray looks for it)")

/** @returns undefined for this machine @throws UserError when the cluster cannot be reached, or a flag says nothing without --on */
export async function namedCluster(
  { on, rayTokenFile }: OnCluster,
  idle: Readonly<Record<string, unknown>> = {},
): Promise<RayClient | undefined> {
  if (on !== undefined && on !== HERE) return await connect(on, rayTokenFile)
  const without = { '--ray-token-file': rayTokenFile, ...idle }
  const flag = Object.entries(without).find(([, value]) => value !== undefined)?.[0]
  if (flag !== undefined) throw new UserError(`${flag} has no effect without --on`, { usage: true })
  return undefined
}
