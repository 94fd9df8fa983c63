/** The way to a cluster that a person has named. */
import { RayClient } from './ray-client.ts'
import { rayToken } from './ray-token.ts'

/**
 * @param named      the address of the cluster's dashboard
 * @param tokenFile  that a person has named, in place of where Ray looks
 * @throws UserError when there is no cluster, or it does not let us in
 */
export async function connect(named: string, tokenFile: string | undefined): Promise<RayClient> {
  const client = new RayClient(named, rayToken(tokenFile))
  await client.version()
  return client
}
