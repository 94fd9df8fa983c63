import { useDebouncedValue } from '@mantine/hooks'
import { useMemo } from 'react'
import type { Params, Result } from '../../../core/studio/protocol.ts'
import { type Resource, useResource } from '../../client/resources.ts'

const TYPING_MS = 250

/** The configuration that comes of the choices, composed by the host once typing pauses. */
export function useComposed(params: Params<'training.compose'> | null): Resource<Result<'training.compose'>> {
  const text = params === null ? null : JSON.stringify(params)
  const [settled] = useDebouncedValue(text, TYPING_MS, { leading: true })
  const parsed = useMemo(
    () => (settled === null ? null : (JSON.parse(settled) as Params<'training.compose'>)),
    [settled],
  )
  const composed = useResource('training.compose', parsed)
  // What belongs to older choices must not be started.
  return settled === text ? composed : { ...composed, value: undefined }
}
