/** What a person can do with the level, as one object for the page, the panel and the actions. */
import { useEffect, useMemo, useRef, useSyncExternalStore } from 'react'
import type { PlayState } from '../../../core/studio/protocol.ts'
import { offerUndo } from '../../actions/undo.tsx'
import { client } from '../../client/client.ts'
import { useResource } from '../../client/resources.ts'
import { attempt } from '../../components/report-error.ts'
import { navigate, setRouteParams, useRoute } from '../../route.ts'
import { settings } from '../../settings.ts'
import { type PlaySnapshot, playSession } from './play-session.ts'

const FIRST_ENVIRONMENT = 'bubble/25'

export interface Play extends PlaySnapshot {
  readonly environment: string
  /** The newest agent that has learned this environment. */
  readonly agentId: string | null
  /** Ends what is under way without keeping it and starts a level; null lets the host choose the seed. */
  newLevel(seed: number | null): void
  /** Starts the same board again. */
  again(): void
  keep(): void
  discard(): void
  /** Keeps the play and goes to see an agent on the same board. */
  watchAgent(): void
}

export function usePlay(): Play {
  const snapshot = useSyncExternalStore(playSession.subscribe, playSession.snapshot)
  const { params } = useRoute()
  const environment = params.get('env') ?? snapshot.play?.spec.id ?? FIRST_ENVIRONMENT
  const seed = params.get('seed')
  const agents = useResource('agents.list', {})
  const agentId =
    agents.value
      ?.filter((agent) => agent.environmentId === environment)
      .sort((a, b) => b.createdAtUs - a.createdAtUs)[0]?.runId ?? null

  const wanted = useRef({ environment, seed })
  wanted.current = { environment, seed }
  useEffect(() => {
    if (playSession.snapshot().play === null) void attempt(() => open(wanted.current))
    let lost = false
    return client.onState(() => {
      // Another host may have answered: it either knows the level or starts one.
      if (lost && client.state === 'open') void attempt(() => open(wanted.current))
      lost = client.state === 'lost'
    })
  }, [])

  // The address asks for another level than the one that is under way: a link, the list of environments, the back button.
  useEffect(() => {
    const { play } = playSession.snapshot()
    const asked = { environment, seed }
    if (play !== null && !opening && differs(asked, play)) void attempt(() => open(asked).then(focusBoard))
  }, [environment, seed])

  const commands = useMemo(() => commandsFor(agentId), [agentId])
  return { ...snapshot, environment, agentId, ...commands }
}

let opening = false

interface Wanted {
  readonly environment: string
  readonly seed: string | null
}

function differs({ environment, seed }: Wanted, play: PlayState): boolean {
  return environment !== play.spec.id || (seed !== null && Number(seed) !== play.seed)
}

/** Goes on with the level that is under way, if it is the wanted one, else starts that. */
async function open(wanted: Wanted): Promise<void> {
  if (opening) return
  opening = true
  try {
    const resumed = await playSession.resume()
    const { play } = playSession.snapshot()
    if (resumed && play !== null && !differs(wanted, play)) return
    if (resumed) await discard()
    await start(wanted.environment, wanted.seed)
  } finally {
    opening = false
  }
}

/** Ends the level that is under way without keeping it; what was recorded can be taken back. */
async function discard(): Promise<void> {
  const id = await playSession.discard()
  if (id === null) return
  offerUndo('Play discarded', () => client.call('demonstrations.restore', { ids: [id] }))
}

async function start(environment: string, seed: string | number | null): Promise<void> {
  const { playerName, record } = settings()
  const number = seed === null ? Number.NaN : Number(seed)
  await playSession.start({
    environment,
    seed: Number.isInteger(number) && number >= 0 && number <= 0xffffffff ? number : null,
    playerName,
    record,
  })
  const { play } = playSession.snapshot()
  setRouteParams({ env: environment, seed: play?.seed })
}

function focusBoard(): void {
  document.querySelector<HTMLElement>('[data-board]')?.focus()
}

function commandsFor(agentId: string | null) {
  const now = () => playSession.snapshot().play
  const go = async (environment: string, seed: number | null) => {
    await start(environment, seed)
    focusBoard()
  }
  const environmentNow = () => now()?.spec.id ?? FIRST_ENVIRONMENT
  const replace = async (environment: string, seed: number | null) => {
    await discard()
    await go(environment, seed)
  }
  const keep = async () => {
    const id = await playSession.end(true)
    if (id !== null) {
      offerUndo('Kept in your demonstrations', () => client.call('demonstrations.delete', { ids: [id] }))
    }
    await go(environmentNow(), null)
  }
  return {
    newLevel: (seed: number | null) => void attempt(() => replace(environmentNow(), seed)),
    again: () => void attempt(() => replace(environmentNow(), now()?.seed ?? null)),
    keep: () => void attempt(keep),
    discard: () => void attempt(() => replace(environmentNow(), null)),
    watchAgent: () =>
      void attempt(async () => {
        const play = now()
        if (play === null || agentId === null) return
        const id = await playSession.end(true)
        const contenders = id === null ? `agent:${agentId}` : `episode:${id},agent:${agentId}`
        await start(play.spec.id, null)
        navigate('compare', { env: play.spec.id, seed: play.seed, contenders })
      }),
  }
}
