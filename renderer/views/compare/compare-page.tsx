import { Button, Loader } from '@mantine/core'
import { IconChartDots3 } from '@tabler/icons-react'
import type { Result } from '../../../core/studio/protocol.ts'
import { EmptyState } from '../../components/empty-state.tsx'
import { ErrorNote } from '../../components/error-note.tsx'
import { navigate } from '../../route.ts'
import { Boards } from './boards.tsx'
import classes from './compare.module.css'
import { formatContenders } from './contenders.ts'
import { Picker } from './picker.tsx'
import { TablePanel } from './table-panel.tsx'
import { useCompare } from './use-compare.ts'

export default function ComparePage() {
  const compare = useCompare()
  const { boards, contenders, known } = compare
  return (
    <div className={classes.page}>
      <Picker compare={compare} />
      {contenders.length === 0 ? (
        <EmptyState
          icon={<IconChartDots3 size={40} stroke={1.2} />}
          title="Choose players"
          actions={
            known.agents.length === 0 && (
              <Button onClick={() => navigate('train', { new: 1 })}>Train an agent</Button>
            )
          }
        >
          Pick two to four people, scripted players or agents to play the same board side by side.
        </EmptyState>
      ) : (
        <>
          <ErrorNote error={boards.error} />
          {boards.value === undefined
            ? boards.error === undefined && <Loader m="auto" aria-label="Playing the board" />
            : boards.error === undefined && <Boards key={keyOf(boards.value)} compare={compare} />}
          <TablePanel compare={compare} />
        </>
      )}
    </div>
  )
}

function keyOf({ seed, boards }: Result<'compare.boards'>): string {
  return `${seed}/${formatContenders(boards.map(({ contender }) => contender))}`
}
