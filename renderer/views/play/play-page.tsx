import { useMemo } from 'react'
import { useActions } from '../../actions/action.ts'
import { playActions } from '../../actions/play.ts'
import { KeepQuestion } from './keep-question.tsx'
import classes from './play.module.css'
import { PlayBoard } from './play-board.tsx'
import { PlayPanel } from './play-panel.tsx'
import { Recovered } from './recovered.tsx'
import { usePlay } from './use-play.ts'

export function PlayPage() {
  const play = usePlay()
  useActions(useMemo(() => playActions(play), [play]))
  return (
    <div className={classes.page}>
      <Recovered />
      <div className={classes.columns}>
        <PlayBoard play={play} />
        <PlayPanel play={play} />
      </div>
      <KeepQuestion question={play.question} />
    </div>
  )
}
