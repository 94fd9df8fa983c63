/** What a person can do with the level, as one object for the page, the panel and the actions. */
import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react'
import type { PlayState } from '../../../core/studio/protocol.ts'
import { offerUndo } from '../../actions/undo.tsx'
import { client } from '../../client/client.ts'
import { useResource } from '../../client/resources.ts'
import { firstEnvironment, useFirstEnvironment } from '../../components/first-environment.ts'
import { attempt } from '../../components/report-error.ts'
import { navigate, setRouteParams, useRoute } from '../../route.ts'
import { settings } from '../../settings.ts'
import { type PlaySnapshot, playSession } from './play-session.ts'

/** What becomes of a play in whose place another level was asked for; 'away' when the person went to another page. */
export type Decision = 'keep' | 'discard' | 'stay' | 'away'

export interface Question {
  readonly play: PlayState
  answer(decision: Decision): void
}

export interface Play extends PlaySnapshot {
  readonly environment: string
  /** The newest agent that has learned this environment. */
  readonly agentId: string | null
  /** Another level was asked for while this one is under way or undecided. */
  readonly question: Question | null
  /** Ends what is under way and starts a level; null lets the host choose the seed. */
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
  const first = useFirstEnvironment()
  // Empty until the host has said which comes first.
  const environment = params.get('env') ?? snapshot.play?.spec.id ?? first ?? ''
  const seed = params.get('seed')
  const agents = useResource('agents.list', {})
  const agentId =
    agents.value
      ?.filter((agent) => agent.environmentId === environment)
      .sort((a, b) => b.createdAtUs - a.createdAtUs)[0]?.runId ?? null
  const { question, ask } = useQuestion()

  const wanted = useRef({ environment, seed })
  wanted.current = { environment, seed }
  useEffect(() => {
    const openWanted = () => void attempt(() => open(() => wanted.current, ask))
    if (playSession.snapshot().play === null) openWanted()
    let lost = false
    return client.onState(() => {
      // Another host may have answered: it either knows the level or starts one.
      if (lost && client.state === 'open') openWanted()
      lost = client.state === 'lost'
    })
  }, [ask])

  // The address asks for another level than the one that is under way: a link, the list of environments, the back button.
  useEffect(() => {
    const { play } = playSession.snapshot()
    if (play === null || opening || !differs({ environment, seed }, play)) return
    void attempt(() => open(() => wanted.current, ask).then(focusBoard))
  }, [environment, seed, ask])

  // The back button takes the wish back.
  useEffect(() => {
    if (question !== null && !differs({ environment, seed }, question.play)) question.answer('stay')
  }, [question, environment, seed])

  const commands = useMemo(() => commandsFor(agentId), [agentId])
  return { ...snapshot, environment, agentId, question, ...commands }
}

/** One question at a time; leaving the page answers it. */
function useQuestion() {
  const [question, setQuestion] = useState<Question | null>(null)
  const open = useRef<Question | null>(null)
  useEffect(() => () => open.current?.answer('away'), [])
  const ask = useMemo(
    () => (play: PlayState) =>
      new Promise<Decision>((resolve) => {
        const answer = (decision: Decision) => {
          open.current = null
          setQuestion(null)
          resolve(decision)
        }
        open.current = { play, answer }
        setQuestion(open.current)
      }),
    [],
  )
  return { question, ask }
}

let opening = false

interface Wanted {
  readonly environment: string
  readonly seed: string | null
}

function differs({ environment, seed }: Wanted, play: PlayState): boolean {
  return environment !== play.spec.id || (seed !== null && Number(seed) !== play.seed)
}

/** Goes on with the level that is under way, if it is the wanted one, else starts that, once the other is decided on. */
async function open(wanted: () => Wanted, ask: (play: PlayState) => Promise<Decision>): Promise<void> {
  if (opening) return
  opening = true
  try {
    const resumed = await playSession.resume()
    const { play } = playSession.snapshot()
    if (resumed && play !== null) {
      if (!differs(wanted(), play)) return
      const recorded = play.episodeId !== null && play.steps > 0
      const decision = recorded ? await ask(play) : 'discard'
      if (decision === 'away') return
      if (decision === 'stay') return setRouteParams({ env: play.spec.id, seed: play.seed })
      await (decision === 'keep' ? keep() : discard())
    }
    const { environment, seed } = wanted()
    await start(environment || (await firstEnvironment()), seed)
  } finally {
    opening = false
  }
}

/** Ends the level that is under way and keeps what was recorded, which can be taken back. */
async function keep(): Promise<void> {
  const id = await playSession.end(true)
  if (id === null) return
  offerUndo('Kept in your demonstrations', () => client.call('demonstrations.delete', { ids: [id] }))
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
  const begin = async (seed: number | null) => {
    await start(now()?.spec.id ?? (await firstEnvironment()), seed)
    focusBoard()
  }
  /** Who goes on after the end keeps the play; who breaks it off does not. */
  const replace = async (seed: number | null) => {
    const play = now()
    await (play?.terminated || play?.truncated ? keep() : discard())
    await begin(seed)
  }
  return {
    newLevel: (seed: number | null) => void attempt(() => replace(seed)),
    again: () => void attempt(() => replace(now()?.seed ?? null)),
    keep: () => void attempt(() => keep().then(() => begin(null))),
    discard: () => void attempt(() => discard().then(() => begin(null))),
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
