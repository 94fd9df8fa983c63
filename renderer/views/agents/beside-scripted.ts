import type { Contender, ListedEnvironment } from '../../../core/studio/protocol.ts'
import { formatContenders } from '../compare/contenders.ts'

/** For the address of a comparison: the agent, beside the scripted player where the environment has one. */
export function besideScripted(spec: ListedEnvironment | undefined, agent: Contender): string {
  const hasScripted = spec !== undefined && spec.scriptedPlayer !== null
  return formatContenders([...(hasScripted ? [{ kind: 'scripted' } as const] : []), agent])
}
