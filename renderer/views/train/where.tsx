import { Select } from '@mantine/core'
import { useState } from 'react'
import { AddCluster } from '../clusters/add-cluster.tsx'
import { useClusters } from '../clusters/use-clusters.ts'

const HERE = ' here'
const ADD = ' add'

interface WhereProps {
  /** A saved cluster; null is this machine. */
  readonly value: string | null
  readonly onChange: (cluster: string | null) => void
  /** Whether a cluster can be added. */
  readonly open?: boolean
}

/** Where a run is trained. */
export function Where({ value, onChange, open = false }: WhereProps) {
  const clusters = useClusters()
  const [adding, setAdding] = useState(false)
  const names = clusters.map(({ name }) => name)
  // One that was removed meanwhile is still what is chosen.
  const chosen = value === null || names.includes(value) ? [] : [value]
  return (
    <>
      <Select
        label="Where"
        allowDeselect={false}
        value={value ?? HERE}
        data={[
          { value: HERE, label: 'This machine' },
          ...[...names, ...chosen].map((name) => ({ value: name, label: name })),
          ...(open ? [{ value: ADD, label: 'Add a cluster…' }] : []),
        ]}
        comboboxProps={{ withinPortal: open }}
        onChange={(next) => {
          if (next === ADD) setAdding(true)
          else onChange(next === HERE ? null : next)
        }}
      />
      {open && (
        <AddCluster opened={adding} onClose={() => setAdding(false)} onAdded={({ name }) => onChange(name)} />
      )}
    </>
  )
}
