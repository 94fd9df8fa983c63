/** Configurations that a person brings: files dropped anywhere or chosen, and text that is pasted into the page of a new run. */
import { useEffect, useEffectEvent } from 'react'
import { currentRoute, navigate } from '../../route.ts'

export interface Brought {
  readonly text: string
  /** Of the file, without its ending; empty for pasted text. */
  readonly name: string
}

export const configurationFiles = { name: 'Configurations', extensions: ['.yaml', '.yml'] }

/** More is no configuration; the host says so of what is left. */
const MOST_BYTES = 1_000_000

let waiting: Brought | null = null
let taker: ((brought: Brought) => void) | null = null

export function isConfiguration({ name }: { readonly name: string }): boolean {
  return configurationFiles.extensions.some((extension) => name.toLowerCase().endsWith(extension))
}

/** Opens the page of a new run with it. */
export async function bringFile(file: File): Promise<void> {
  const brought = { text: await file.slice(0, MOST_BYTES).text(), name: file.name.replace(/\.[^.]*$/, '') }
  if (taker !== null) return taker(brought)
  waiting = brought
  if (currentRoute().page !== 'train' || !currentRoute().params.has('new')) navigate('train', { new: 1 })
}

/** @param ready  whether what is brought can be taken by now */
export function useBrought(ready: boolean, take: (brought: Brought) => void): void {
  const onBrought = useEffectEvent(take)
  useEffect(() => {
    if (!ready) return
    taker = onBrought
    const onPaste = (event: ClipboardEvent) => {
      if (event.target instanceof Element && event.target.closest('input, textarea') !== null) return
      const text = event.clipboardData?.getData('text/plain') ?? ''
      if (text.trim() !== '') onBrought({ text: text.slice(0, MOST_BYTES), name: '' })
    }
    window.addEventListener('paste', onPaste)
    if (waiting !== null) onBrought(waiting)
    waiting = null
    return () => {
      taker = null
      window.removeEventListener('paste', onPaste)
    }
  }, [ready])
}
