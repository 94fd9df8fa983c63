import { ActionIcon, Menu, Tooltip } from '@mantine/core'
import {
  IconPlayerPauseFilled,
  IconPlayerPlayFilled,
  IconPlayerSkipBack,
  IconPlayerSkipForward,
  IconPlayerTrackNext,
  IconPlayerTrackPrev,
  IconRepeat,
} from '@tabler/icons-react'
import { useMemo } from 'react'
import { useActions } from '../actions/action.ts'
import { transportActions } from '../actions/transport.ts'
import { type Clock, speeds } from './clock.ts'
import classes from './replay.module.css'
import { type Mark, Scrubber } from './scrubber.tsx'
import { useClock } from './use-clock.ts'

interface TransportProps {
  readonly clock: Clock
  readonly marks: readonly Mark[]
  /** 'shot' or 'step': what one tick of the clock is called. */
  readonly noun: string
}

/** Play, step, speed, loop, and the scrubber. */
export function Transport({ clock, marks, noun }: TransportProps) {
  const state = useClock(clock)
  useActions(useMemo(() => transportActions(clock), [clock]))
  return (
    <div className={classes.transport}>
      <Scrubber clock={clock} marks={marks} noun={noun} />
      <div className={classes.buttons}>
        <span className={`${classes.position} figure`} title={noun}>
          <strong>{state.step}</strong> / {clock.last}
        </span>
        <Knob label="To the start (Home)" onClick={() => clock.seek(0)}>
          <IconPlayerSkipBack size={16} />
        </Knob>
        <Knob label="Step back (←)" onClick={() => clock.seek(state.step - 1)}>
          <IconPlayerTrackPrev size={16} />
        </Knob>
        <ActionIcon
          size={38}
          radius="xl"
          variant="filled"
          color="spruce"
          aria-label={state.playing ? 'Pause' : 'Play'}
          onClick={() => clock.toggle()}
        >
          {state.playing ? <IconPlayerPauseFilled size={18} /> : <IconPlayerPlayFilled size={18} />}
        </ActionIcon>
        <Knob label="Next step (→)" onClick={() => clock.stepForward()}>
          <IconPlayerTrackNext size={16} />
        </Knob>
        <Knob label="To the end (End)" onClick={() => clock.seek(clock.last)}>
          <IconPlayerSkipForward size={16} />
        </Knob>
        <span className={classes.right}>
          <Tooltip label="Loop (L); start it here ([), end it here (])">
            <ActionIcon
              aria-label="Loop"
              aria-pressed={state.loop !== null}
              variant={state.loop === null ? 'subtle' : 'light'}
              color={state.loop === null ? 'gray' : 'spruce'}
              onClick={() => clock.setLoop(state.loop === null ? { from: 0, to: clock.last } : null)}
            >
              <IconRepeat size={16} />
            </ActionIcon>
          </Tooltip>
          <SpeedMenu clock={clock} speed={state.speed} />
        </span>
      </div>
    </div>
  )
}

function Knob({
  label,
  onClick,
  children,
}: {
  label: string
  onClick: () => void
  children: React.ReactNode
}) {
  return (
    <Tooltip label={label}>
      <ActionIcon aria-label={label} onClick={onClick}>
        {children}
      </ActionIcon>
    </Tooltip>
  )
}

function SpeedMenu({ clock, speed }: { clock: Clock; speed: number }) {
  return (
    <Menu position="top-end">
      <Menu.Target>
        <button type="button" className={`${classes.speed} figure`} aria-label={`Speed ${speed} times`}>
          {speed}×
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {speeds.map((value) => (
          <Menu.Item key={value} onClick={() => clock.setSpeed(value)}>
            {value}×
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
