/** The way to a cluster that a person has named. */
import { UserError } from '../errors.ts'
import { printable } from '../printable.ts'
import { RayClient } from './ray-client.ts'
import { rayToken } from './ray-token.ts'
import { clusterAt, requireCluster, type SavedCluster } from './saved-clusters.ts'

/** Of Ray, which has had tokens since. */
const OLDEST = [2, 52] as const

/**
 * @param named      a saved cluster, or the address of the dashboard of any
 * @param tokenFile  that a person has named, in place of the one saved with the cluster, and of where Ray looks
 * @throws UserError when there is no such cluster, it cannot be reached, or it does not let us in
 */
export async function connect(named: string, tokenFile?: string | undefined): Promise<RayClient> {
  const saved = isAddress(named) ? clusterAt(named) : requireCluster(named)
  const client = new RayClient(saved?.address ?? named, rayToken(tokenFile ?? saved?.tokenFile ?? undefined))
  requireRay(client.address, await client.version())
  return client
}

/** @throws UserError for a Ray whose dashboard is another than the one that this program talks to */
function requireRay(address: string, version: string): void {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return
  throw new UserError(`the cluster at ${address} has Ray ${printable(version)}`, {
    remedy: `install Ray ${OLDEST.join('.')} or newer there: pip install -U 'ray[default]'`,
  })
}

/** What somebody else's file may name: one that this person has saved. @throws UserError when there is none such */
export function requireSaved(named: string): SavedCluster {
  if (!isAddress(named)) return requireCluster(named)
  const saved = clusterAt(named)
  if (saved !== undefined) return saved
  throw new UserError(`no cluster is saved here with the address ${printable(named)}`, {
    remedy: 'if you know it, add it first',
  })
}

/** Names have neither; whether it is a sound one is seen later. */
function isAddress(named: string): boolean {
  return /[/:]/.test(named)
}

/** What a person calls the cluster at that address. */
export function calledCluster(address: string): string {
  return clusterAt(address)?.name ?? address
}
