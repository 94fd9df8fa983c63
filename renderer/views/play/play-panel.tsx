import { ActionIcon, Button, NumberInput, Tooltip } from '@mantine/core'
import { IconDice5, IconRefresh } from '@tabler/icons-react'
import { scenePanel } from '../../board/views.ts'
import { EnvironmentSelect } from '../../components/environment-select.tsx'
import { oneScore } from '../../components/format.ts'
import { setRouteParams } from '../../route.ts'
import { BoardKeys } from './board-keys.tsx'
import { GameSpeed } from './game-speed.tsx'
import { Gauge } from './gauge.tsx'
import classes from './play.module.css'
import { RecentPlays } from './recent-plays.tsx'
import { RecordState } from './record-state.tsx'
import type { Play } from './use-play.ts'

export function PlayPanel({ play }: { play: Play }) {
  const state = play.play
  const spec = state?.spec
  const Panel = state === null ? undefined : scenePanel(state.scene.kind, 'play')
  return (
    <aside id="play-panel" className={classes.panel} aria-label="Level" tabIndex={-1}>
      <div className={classes.panelBody}>
        <EnvironmentSelect
          value={play.environment}
          onChange={(id) => setRouteParams({ env: id, seed: null })}
        />
        {state !== null && spec !== undefined && (
          <>
            <p className="small muted">{spec.description}</p>
            <div>
              <p className={classes.count}>
                <span className={`${classes.big} figure`}>
                  {spec.score.measure === 'length' ? state.steps : oneScore(state.return)}
                </span>
                <span className={classes.unit}>
                  {spec.score.measure === 'length' && state.steps === 1 ? spec.score.unit : spec.score.units}
                </span>
              </p>
              {spec.score.human !== undefined && <Gauge value={state.steps} human={spec.score.human} />}
            </div>
            {Panel !== undefined && <Panel scene={state.scene} />}
            <GameSpeed scene={state.scene} />
            <RecordState play={play} />
            <div className={classes.seed}>
              <NumberInput
                label="Board (seed)"
                key={state.seed}
                defaultValue={state.seed}
                min={0}
                max={0xffffffff}
                allowDecimal={false}
                className={classes.seedField}
                onKeyDown={(event) => {
                  if (event.key === 'Enter') play.newLevel(Number(event.currentTarget.value))
                }}
              />
              <Tooltip label="Same board again (R)">
                <ActionIcon size={36} variant="default" aria-label="Same board again" onClick={play.again}>
                  <IconRefresh size={18} stroke={1.6} />
                </ActionIcon>
              </Tooltip>
              <Button
                variant="default"
                leftSection={<IconDice5 size={18} stroke={1.6} />}
                onClick={() => play.newLevel(null)}
              >
                New
              </Button>
            </div>
            <RecentPlays environment={spec.id} />
          </>
        )}
      </div>
      {state !== null && <BoardKeys />}
    </aside>
  )
}
