import { Button, Switch } from '@mantine/core'
import { count } from '../../components/format.ts'
import { changeSettings, useSettings } from '../../settings.ts'
import classes from './play.module.css'
import type { Play } from './use-play.ts'

/** Whether this play is recorded, how much of it is on disk, and how to end it. */
export function RecordState({ play }: { play: Play }) {
  const { record } = useSettings()
  const state = play.play
  if (state === null) return null
  const recording = state.episodeId !== null
  const words = recording
    ? play.committed === 0
      ? 'Recording'
      : `Recording · ${count(play.committed)} saved`
    : 'Not recording'
  return (
    <div className={classes.record} data-recording={recording || undefined}>
      <div className={classes.recordRow}>
        <span className={classes.recordLight} aria-hidden />
        <span className="figure">{words}</span>
        <Switch
          size="sm"
          ml="auto"
          aria-label="Record what I play"
          checked={record}
          onChange={(event) => {
            changeSettings({ record: event.currentTarget.checked })
            if (state.steps === 0) play.again()
          }}
        />
      </div>
      <p className="spoken" role="status">
        {recording ? 'Recording' : 'Not recording'}
      </p>
      {record !== recording && state.steps > 0 && (
        <p className="small muted">{record ? 'Recording starts' : 'Recording ends'} with the next board.</p>
      )}
      {recording && state.steps > 0 && !play.finished && (
        <div className={classes.recordButtons}>
          <Button size="compact-sm" variant="default" onClick={play.keep}>
            End and keep
          </Button>
          <Button size="compact-sm" variant="subtle" color="gray" onClick={play.discard}>
            Discard
          </Button>
        </div>
      )}
    </div>
  )
}
