import { ActionIcon, Button, Menu, NumberInput } from '@mantine/core'
import { IconDice5, IconPlus, IconX } from '@tabler/icons-react'
import type { Contender } from '../../../core/studio/protocol.ts'
import { EnvironmentSelect } from '../../components/environment-select.tsx'
import { count, oneScore } from '../../components/format.ts'
import { PlayerMark } from '../../components/player-mark.tsx'
import { setRouteParams } from '../../route.ts'
import classes from './compare.module.css'
import { describeContender, formatContender, MOST } from './contenders.ts'
import type { Compare } from './use-compare.ts'

/** Who plays, and on which board. */
export function Picker({ compare }: { compare: Compare }) {
  const { contenders, known, setContenders, setSeed } = compare
  return (
    <div className={classes.picker}>
      <EnvironmentSelect
        width={170}
        value={compare.environment}
        onChange={(env) => setRouteParams({ env, contenders: null, seed: null })}
      />
      {contenders.map((contender) => {
        const { label, kind } = describeContender(contender, known)
        const key = formatContender(contender)
        return (
          <span key={key} className={classes.chip}>
            <PlayerMark kind={kind} />
            <span title={label}>{label}</span>
            <ActionIcon
              size={24}
              aria-label={`Remove ${label}`}
              onClick={() => setContenders(contenders.filter((other) => formatContender(other) !== key))}
            >
              <IconX size={14} />
            </ActionIcon>
          </span>
        )
      })}
      {contenders.length < MOST && <AddMenu compare={compare} />}
      <span className={classes.board}>
        <NumberInput
          aria-label="Board (seed)"
          leftSection={<span className="muted small">board</span>}
          leftSectionWidth={52}
          w={170}
          allowDecimal={false}
          min={0}
          max={0xffffffff}
          key={compare.boards.value?.seed ?? 'none'}
          defaultValue={compare.boards.value?.seed ?? ''}
          onKeyDown={(event) => {
            if (event.key === 'Enter') setSeed(Number(event.currentTarget.value))
          }}
        />
        <Button
          variant="default"
          leftSection={<IconDice5 size={17} stroke={1.6} />}
          onClick={() => setSeed(crypto.getRandomValues(new Uint32Array(1))[0]! % 1_000_000)}
        >
          New board
        </Button>
      </span>
    </div>
  )
}

const EPISODES_OFFERED = 12

function AddMenu({ compare }: { compare: Compare }) {
  const { contenders, known, setContenders } = compare
  const taken = new Set(contenders.map(formatContender))
  const offer = (contender: Contender, extra = '') => {
    const key = formatContender(contender)
    if (taken.has(key)) return null
    const { label, kind } = describeContender(contender, known)
    return (
      <Menu.Item
        key={key}
        leftSection={<PlayerMark kind={kind} />}
        rightSection={<span className="muted small figure">{extra}</span>}
        onClick={() => setContenders([...contenders, contender])}
      >
        {label}
      </Menu.Item>
    )
  }
  const seed = compare.boards.value?.seed
  const onBoards = known.episodes.filter((row) => row.seed !== null && row.state === 'complete')
  const here = onBoards.filter((row) => row.seed === seed)
  const elsewhere = onBoards.filter((row) => row.seed !== seed)
  const recorded = contenders.some(({ kind }) => kind === 'episode')
  // Two recordings of different boards cannot be shown side by side.
  const episodes = recorded ? here : [...here, ...elsewhere].slice(0, EPISODES_OFFERED)
  return (
    <Menu position="bottom-start" width={350}>
      <Menu.Target>
        <Button variant="default" leftSection={<IconPlus size={16} />}>
          Add
        </Button>
      </Menu.Target>
      <Menu.Dropdown className={classes.menu}>
        {known.scriptedPlayer !== null && offer({ kind: 'scripted' })}
        {known.agents.length + known.imported.length > 0 && <Menu.Label>Agents</Menu.Label>}
        {known.agents.flatMap((agent) => [
          offer({ kind: 'agent', runId: agent.runId }, `${count(agent.step)} steps`),
          ...agent.checkpoints.map(({ id }) => offer({ kind: 'agent', runId: agent.runId, checkpoint: id })),
        ])}
        {known.imported.map(({ id }) => offer({ kind: 'imported', id }, 'imported'))}
        {episodes.length > 0 && <Menu.Label>Demonstrations</Menu.Label>}
        {episodes.map((row) => offer({ kind: 'episode', id: row.id }, oneScore(row.score)))}
      </Menu.Dropdown>
    </Menu>
  )
}
