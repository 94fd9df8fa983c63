import { ActionIcon, Button, NumberInput } from '@mantine/core'
import { IconDice5, IconX } from '@tabler/icons-react'
import { EnvironmentSelect } from '../../components/environment-select.tsx'
import { PlayerMark } from '../../components/player-mark.tsx'
import { setRouteParams } from '../../route.ts'
import { AddContender } from './add-contender.tsx'
import classes from './compare.module.css'
import { describeContenders, formatContender, MOST } from './contenders.ts'
import { type Compare, randomBoard } from './use-compare.ts'

/** Who plays, and on which board. */
export function Picker({ compare }: { compare: Compare }) {
  const { contenders, known, seed, setSeed } = compare
  const described = describeContenders(contenders, known)
  const goTo = (text: string) => {
    if (/^\d+$/.test(text)) setSeed(Number(text))
  }
  return (
    <div className={classes.picker}>
      <EnvironmentSelect
        width={170}
        value={compare.environment}
        onChange={(env) => setRouteParams({ env, contenders: null, seed: null })}
      />
      {contenders.map((contender, index) => {
        const { label, kind } = described[index]!
        return (
          <span key={formatContender(contender)} className={classes.chip}>
            <PlayerMark kind={kind} />
            <span title={label}>{label}</span>
            <ActionIcon size={24} aria-label={`Remove ${label}`} onClick={() => compare.remove(contender)}>
              <IconX size={14} />
            </ActionIcon>
          </span>
        )
      })}
      {contenders.length < MOST && <AddContender compare={compare} />}
      <span className={classes.board}>
        <NumberInput
          aria-label="Board (seed)"
          leftSection={<span className="muted small">board</span>}
          leftSectionWidth={52}
          w={170}
          allowDecimal={false}
          min={0}
          max={Number.MAX_SAFE_INTEGER}
          key={seed ?? 'none'}
          defaultValue={seed ?? ''}
          onBlur={(event) => goTo(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter') goTo(event.currentTarget.value)
          }}
        />
        <Button
          variant="default"
          leftSection={<IconDice5 size={17} stroke={1.6} />}
          onClick={() => setSeed(randomBoard())}
        >
          New board
        </Button>
      </span>
    </div>
  )
}
