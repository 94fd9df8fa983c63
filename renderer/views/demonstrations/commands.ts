/** What can be done with demonstrations; each change can be undone. */

import { notifications } from '@mantine/notifications'
import type { Demonstration } from '../../../core/studio/protocol.ts'
import { offerUndo } from '../../actions/undo.tsx'
import { client } from '../../client/client.ts'
import { saveFile } from '../../client/files.ts'
import { counted } from '../../components/format.ts'

import { attempt } from '../../components/report-error.ts'
import { navigate } from '../../route.ts'
import { formatIds } from './id-list.ts'

const idsOf = (rows: readonly Demonstration[]) => rows.map(({ id }) => id)
const named = (rows: readonly Demonstration[]) => counted(rows.length, 'demonstration')

/** @returns the ids that are gone */
export async function remove(rows: readonly Demonstration[]): Promise<ReadonlySet<number>> {
  const ids = idsOf(rows)
  const done = await attempt(async () => {
    await client.call('demonstrations.delete', { ids })
    offerUndo(`${named(rows)} deleted`, () => client.call('demonstrations.restore', { ids }))
    return new Set(ids)
  })
  return done ?? new Set()
}

export function rate(rows: readonly Demonstration[], rating: number): Promise<unknown> {
  return attempt(async () => {
    await client.call('demonstrations.update', { ids: idsOf(rows), rating })
    offerUndo(rating === 0 ? 'Rating removed' : `Rated ${rating} of 5`, () =>
      Promise.all(
        rows.map((row) => client.call('demonstrations.update', { ids: [row.id], rating: row.rating })),
      ),
    )
  })
}

export function changeTags(
  rows: readonly Demonstration[],
  change: { addTags?: string[]; removeTags?: string[] },
): Promise<unknown> {
  return attempt(async () => {
    await client.call('demonstrations.update', { ids: idsOf(rows), ...change })
    offerUndo(`Tags of ${named(rows)} changed`, () =>
      Promise.all(
        rows.map((row) => client.call('demonstrations.update', { ids: [row.id], tags: [...row.tags] })),
      ),
    )
  })
}

export function changeNote(row: Demonstration, note: string): Promise<unknown> {
  return attempt(async () => {
    if (note === row.note) return
    await client.call('demonstrations.update', { ids: [row.id], note })
    offerUndo('Note changed', () => client.call('demonstrations.update', { ids: [row.id], note: row.note }))
  })
}

export function exportAs(rows: readonly Demonstration[], format: string): Promise<unknown> {
  return attempt(async () => {
    const { lost, leftOut, ...file } = await client.call('demonstrations.export', {
      ids: idsOf(rows),
      format,
    })
    await saveFile(file)
    if (lost.length > 0)
      notifications.show({
        title: 'Not everything fits this format',
        message: `Left out: ${lost.join('; ')}`,
      })
    if (leftOut.length > 0)
      notifications.show({
        color: 'red',
        title: leftOut.length === 1 ? 'A damaged episode was left out' : 'Damaged episodes were left out',
        message: leftOut
          .slice(0, 3)
          .map(({ problem }) => problem)
          .join('; '),
      })
  })
}

export function trainOn(rows: readonly Demonstration[]): void {
  navigate('train', { new: 1, env: rows[0]?.environmentId, demonstrations: formatIds(idsOf(rows)) })
}
