/** What is chosen for a run that is not begun yet. */
import { useState } from 'react'
import type { Preset, Result } from '../../../core/studio/protocol.ts'
import { client } from '../../client/client.ts'
import { HostError } from '../../client/host-error.ts'
import { invalidate } from '../../client/resources.ts'
import { attempt } from '../../components/report-error.ts'
import { setRouteParams } from '../../route.ts'
import type { Brought } from './brought.ts'
import type { SettingValue } from './setting-field.tsx'

export type Control = 'none' | 'shuffled' | 'empty'
export type Given = Result<'training.read'>

/** Beside where the run begins. */
export interface Changes {
  /** Parts that were added (true) or taken off (false), by path. */
  readonly parts: Readonly<Record<string, boolean>>
  /** Settings that are not as they were, by path. */
  readonly overrides: Readonly<Record<string, SettingValue>>
}

const NO_CHANGES: Changes = { parts: {}, overrides: {} }

export function useChoices(environment: string) {
  const [name, setName] = useState('')
  const [control, setControl] = useState<Control>('none')
  const [cluster, setCluster] = useState<string | null>(null)
  const [changes, setChanges] = useState(NO_CHANGES)
  const [given, setGiven] = useState<Given | null>(null)
  const begin = (params: { env?: string; preset: string | null }) => {
    setChanges(NO_CHANGES)
    setRouteParams(params)
  }
  return {
    name,
    setName,
    control,
    setControl,
    /** A saved one; null is this machine. */
    cluster,
    setCluster,
    changes,
    setChanges,
    given,
    forgetProblems: () => setGiven((now) => now && { ...now, problems: [] }),
    chooseEnvironment: (env: string) => {
      setGiven(null)
      begin({ env, preset: null })
    },
    choosePreset: ({ id }: Preset) => begin({ preset: id === given?.given?.id ? null : id }),
    /** What is sound of it becomes where the run begins. */
    takeGiven: async ({ text, name: fileName }: Brought) => {
      const read = await attempt(() => readGiven(text, environment))
      if (read === undefined) return
      setGiven(read)
      if (read.given === null) return
      // A plugin of it may have brought algorithms.
      invalidate('training.')
      setName(read.name ?? fileName)
      setControl('none')
      if (read.cluster !== null) setCluster(read.cluster)
      begin({ env: read.environment, preset: null })
    },
  }
}

/** To what the person does not admit they are not asked twice: it is left out. */
async function readGiven(yaml: string, environment: string): Promise<Given> {
  try {
    return await client.call('training.read', { yaml, environment, mayAsk: true })
  } catch (error) {
    if (!(error instanceof HostError) || error.asks === undefined) throw error
    return client.call('training.read', { yaml, environment, mayAsk: false })
  }
}
