/** The command palette: every action on offer, and whatever has a name: runs, agents, plays. */
import { Spotlight, type SpotlightActionData, type SpotlightActionGroupData } from '@mantine/spotlight'
import { IconSearch } from '@tabler/icons-react'
import { useMemo, useState } from 'react'
import { allActions } from './action.ts'
import classes from './keys.module.css'
import { Keys } from './keys.tsx'
import { type Named, useNamed } from './named.ts'

/** Of one kind at a time; who has more of them writes more of the name. */
const MOST_NAMED = 8

export function Palette() {
  const [opened, setOpened] = useState(false)
  const [query, setQuery] = useState('')
  const named = useNamed(opened)
  const groups = useMemo(
    () => (opened ? [...commands(query), ...found(named, query)] : []),
    [opened, named, query],
  )
  return (
    <Spotlight
      actions={groups}
      // What fits has been chosen already.
      filter={(_query, actions) => actions}
      query={query}
      onQueryChange={setQuery}
      shortcut={null}
      highlightQuery
      scrollable
      maxHeight={420}
      nothingFound="Nothing found"
      onSpotlightOpen={() => setOpened(true)}
      onSpotlightClose={() => setOpened(false)}
      attributes={{ content: { 'aria-label': 'Commands' } }}
      classNames={{ actionDescription: classes.about }}
      searchProps={{
        leftSection: <IconSearch size={18} stroke={1.6} />,
        placeholder: 'Search commands, runs, agents and plays',
        'aria-label': 'Find a command',
      }}
    />
  )
}

function fits(text: string, query: string): boolean {
  const words = query.toLowerCase().split(/\s+/)
  return words.every((word) => text.toLowerCase().includes(word))
}

function commands(query: string): SpotlightActionGroupData[] {
  const offered = allActions().filter(
    (action) => !action.keysOnly && action.enabled !== false && fits(action.name, query),
  )
  return [...Map.groupBy(offered, ({ group }) => group)].map(([group, actions]) => ({
    group,
    actions: actions.map(({ id, name, run, shortcuts }) => ({
      id,
      label: name,
      onClick: run,
      rightSection: shortcuts?.[0] === undefined ? undefined : <Keys shortcut={shortcuts[0]} />,
    })),
  }))
}

/** Nothing before something is written: there may be thousands. */
function found(named: ReadonlyMap<string, readonly Named[]>, query: string): SpotlightActionGroupData[] {
  if (query.trim() === '') return []
  return [...named].flatMap(([group, things]) => {
    const actions: SpotlightActionData[] = []
    for (const { id, name, about, open } of things) {
      if (!fits(`${name} ${about}`, query)) continue
      actions.push({ id, label: name, description: about, onClick: open })
      if (actions.length === MOST_NAMED) break
    }
    return actions.length === 0 ? [] : [{ group, actions }]
  })
}
