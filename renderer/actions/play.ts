/** The keys of the Play page. Those of the board come from the environment's own control. */
import { controlKeys } from '../board/views.ts'
import { attempt } from '../components/report-error.ts'
import { playSession } from '../views/play/play-session.ts'
import type { Play } from '../views/play/use-play.ts'
import type { Action } from './action.ts'

export function playActions(play: Play): readonly Action[] {
  const recorded = (play.play?.episodeId ?? null) !== null && (play.play?.steps ?? 0) > 0
  return [
    ...boardActions(play),
    {
      id: 'play.leave-board',
      group: 'Play',
      name: 'Leave the board',
      shortcuts: ['Escape'],
      board: true,
      keysOnly: true,
      run: () => document.getElementById('play-panel')?.focus(),
    },
    {
      id: 'play.focus-board',
      group: 'Play',
      name: 'Go to the board',
      shortcuts: ['b'],
      run: () => document.querySelector<HTMLElement>('[data-board]')?.focus(),
    },
    { id: 'play.again', group: 'Play', name: 'Start this board again', shortcuts: ['r'], run: play.again },
    { id: 'play.new', group: 'Play', name: 'New board', shortcuts: ['n'], run: () => play.newLevel(null) },
    {
      id: 'play.keep',
      group: 'Play',
      name: 'End and keep the recording',
      shortcuts: play.finished ? ['k', 'Enter'] : ['k'],
      enabled: recorded,
      run: play.keep,
    },
    {
      id: 'play.discard',
      group: 'Play',
      name: 'End and discard the recording',
      shortcuts: ['d'],
      enabled: recorded,
      run: play.discard,
    },
    {
      id: 'play.watch-agent',
      group: 'Play',
      name: 'Watch the agent on this board',
      enabled: play.finished && play.agentId !== null,
      run: play.watchAgent,
    },
  ]
}

function boardActions(play: Play): Action[] {
  return controlKeys(play.play?.scene).map((key) => ({
    id: `play.${key.id}`,
    group: 'Play' as const,
    name: key.name,
    shortcuts: key.shortcuts,
    board: true,
    keysOnly: true,
    run: () => {
      const now = playSession.snapshot()
      if (now.play === null || now.finished) return
      const { state, action } = key.apply(now.control, now.play.scene)
      playSession.setControl(state)
      if (action !== undefined) void attempt(() => playSession.act(action))
    },
  }))
}
