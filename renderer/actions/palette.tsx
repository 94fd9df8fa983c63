/** The command palette: every action on offer, by name. */
import { Spotlight, type SpotlightActionGroupData } from '@mantine/spotlight'
import { IconSearch } from '@tabler/icons-react'
import { useState } from 'react'
import { allActions } from './action.ts'
import { Keys } from './keys.tsx'

export function Palette() {
  const [groups, setGroups] = useState<SpotlightActionGroupData[]>([])
  return (
    <Spotlight
      actions={groups}
      shortcut={null}
      highlightQuery
      scrollable
      maxHeight={420}
      nothingFound="No command has that name"
      onSpotlightOpen={() => setGroups(collect())}
      searchProps={{
        leftSection: <IconSearch size={18} stroke={1.6} />,
        placeholder: 'What do you want to do?',
        'aria-label': 'Find a command',
      }}
    />
  )
}

function collect(): SpotlightActionGroupData[] {
  const groups = new Map<string, SpotlightActionGroupData>()
  for (const action of allActions()) {
    if (action.keysOnly || action.enabled === false) continue
    const group = groups.get(action.group) ?? { group: action.group, actions: [] }
    groups.set(action.group, group)
    group.actions.push({
      id: action.id,
      label: action.name,
      onClick: action.run,
      rightSection: action.shortcuts?.[0] === undefined ? undefined : <Keys shortcut={action.shortcuts[0]} />,
    })
  }
  return [...groups.values()]
}
