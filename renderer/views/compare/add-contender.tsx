import { Button, Combobox, ScrollArea, useCombobox } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useMemo, useState } from 'react'
import type { Contender, PlayerKind } from '../../../core/studio/protocol.ts'
import { useRuns } from '../../client/runs.ts'
import { useScoreWords } from '../../components/first-environment.ts'
import { count, moment, oneScore, score } from '../../components/format.ts'
import { PlayerMark } from '../../components/player-mark.tsx'
import { useSettings } from '../../settings.ts'
import { parseFilter } from '../demonstrations/filter.ts'
import classes from './compare.module.css'
import { describeContender, formatContender, type Known } from './contenders.ts'
import type { Compare } from './use-compare.ts'

/** More are found by typing. */
const SHOWN = 100

interface Offer {
  readonly key: string
  readonly contender: Contender
  readonly label: string
  readonly kind: PlayerKind
  readonly extra: string
  /** Why it cannot be chosen yet. */
  readonly disabled?: boolean
}

/** Everyone who can be compared, found by typing: the scripted player, agents at every checkpoint, every play. */
export function AddContender({ compare }: { compare: Compare }) {
  const { contenders, known, seed, environment } = compare
  const { playerName } = useSettings()
  const [search, setSearch] = useState('')
  const combobox = useCombobox({
    onDropdownOpen: () => combobox.focusSearchInput(),
    onDropdownClose: () => {
      combobox.resetSelectedOption()
      combobox.focusTarget()
      setSearch('')
    },
  })
  const preparing = (useRuns() ?? []).filter(
    (run) =>
      run.environmentId === environment &&
      run.state === 'running' &&
      !known.agents.some(({ runId }) => runId === run.id),
  )
  const taken = new Set(contenders.map(formatContender))
  const players = [
    ...playerOffers(known),
    ...preparing.map(({ id, name }): Offer => {
      const contender = { kind: 'agent', runId: id } as const
      const key = formatContender(contender)
      return { key, contender, label: name, kind: 'agent', extra: 'preparing', disabled: true }
    }),
  ].filter(({ key, label }) => !taken.has(key) && hasWords(label, search))
  const scoreWords = useScoreWords()
  const plays = useMemo(
    () => playOffers(known, seed, search, playerName, scoreWords),
    [known, seed, search, playerName, scoreWords],
  ).filter(({ key }) => !taken.has(key))
  const shown = plays.slice(0, SHOWN)
  const byKey = new Map([...players, ...shown].map((offer) => [offer.key, offer.contender]))
  return (
    <Combobox
      store={combobox}
      position="bottom-start"
      width={420}
      // Before it stands where it belongs, its field may not take the focus yet, and what somebody types would be lost.
      onEnterTransitionEnd={combobox.focusSearchInput}
      onOptionSubmit={(key) => {
        compare.add(byKey.get(key)!)
        combobox.closeDropdown()
      }}
    >
      <Combobox.Target targetType="button">
        <Button
          variant="default"
          leftSection={<IconPlus size={16} />}
          onClick={() => combobox.toggleDropdown()}
        >
          Add
        </Button>
      </Combobox.Target>
      <Combobox.Dropdown>
        <Combobox.Search
          aria-label="Search for players to compare"
          placeholder="A name, a board, or player:me  score<20"
          value={search}
          onChange={(event) => {
            setSearch(event.currentTarget.value)
            combobox.updateSelectedOptionIndex()
          }}
        />
        <ScrollArea.Autosize mah={360} type="scroll" viewportProps={{ tabIndex: 0 }}>
          <Combobox.Options aria-label="Players to add">
            <Offers label="Players" offers={players} />
            <Offers label="Demonstrations" offers={shown} />
            {players.length + plays.length === 0 && <Combobox.Empty>No one else found</Combobox.Empty>}
          </Combobox.Options>
        </ScrollArea.Autosize>
        {plays.length > SHOWN && (
          <Combobox.Footer className="small muted">
            {count(plays.length - SHOWN)} more demonstrations: type to find them
          </Combobox.Footer>
        )}
      </Combobox.Dropdown>
    </Combobox>
  )
}

function Offers({ label, offers }: { label: string; offers: readonly Offer[] }) {
  if (offers.length === 0) return null
  return (
    <Combobox.Group label={label}>
      {offers.map((offer) => (
        <Combobox.Option
          key={offer.key}
          value={offer.key}
          disabled={offer.disabled ?? false}
          className={classes.offer}
        >
          <PlayerMark kind={offer.kind} />
          <span>{offer.label}</span>
          <span className="muted small figure">{offer.extra}</span>
        </Combobox.Option>
      ))}
    </Combobox.Group>
  )
}

/** The scripted player, agents at every checkpoint, and those that were made elsewhere. */
function playerOffers(known: Known): Offer[] {
  const offer = (contender: Contender, extra = '', disabled = false): Offer => {
    return {
      key: formatContender(contender),
      contender,
      ...describeContender(contender, known),
      extra,
      disabled,
    }
  }
  return [
    ...(known.scriptedPlayer === null ? [] : [offer({ kind: 'scripted' })]),
    ...known.agents.flatMap(({ runId, step, checkpoints }) => [
      checkpoints.length > 0
        ? offer({ kind: 'agent', runId }, `${count(step)} steps`)
        : offer({ kind: 'agent', runId }, 'damaged', true),
      ...checkpoints
        .toReversed()
        .map((at) =>
          offer({ kind: 'agent', runId, checkpoint: at.id }, at.score === null ? '' : score(at.score)),
        ),
    ]),
    ...known.imported.map(({ id }) => offer({ kind: 'imported', id }, 'imported')),
  ]
}

/** Plays of this board first, each with its result and when it was played. */
function playOffers(
  known: Known,
  seed: number | null,
  search: string,
  me: string,
  scoreWords: ReadonlySet<string>,
): Offer[] {
  const { test } = parseFilter(search, me, scoreWords)
  const offers = known.episodes.flatMap((row) => {
    if (row.seed === null || row.state !== 'complete') return []
    const contender: Contender = { kind: 'episode', id: row.id }
    const { label, kind } = describeContender(contender, known)
    if (!test(row) && !hasWords(label, search)) return []
    const extra = `board ${row.seed} · ${oneScore(row.score)} · ${moment(row.startedAtUs)}`
    const here = row.seed === seed
    return [{ key: formatContender(contender), contender, label: row.playerName, kind, extra, here }]
  })
  return [...offers.filter(({ here }) => here), ...offers.filter(({ here }) => !here)]
}

function hasWords(label: string, search: string): boolean {
  const text = label.toLowerCase()
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word))
}
