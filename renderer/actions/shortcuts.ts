/** Turns key presses into actions. */
import { type Action, allActions } from './action.ts'

const isMac = navigator.platform.startsWith('Mac')
const SEQUENCE_MS = 1200
/** What a text field does with these is what people expect there. */
const editing = /^mod\+(shift\+)?[acvxyz]$/

const labels = new Map<string, string>([
  ['mod', isMac ? '⌘' : 'Ctrl'],
  ['shift', 'Shift'],
  ['ArrowLeft', '←'],
  ['ArrowRight', '→'],
  ['ArrowUp', '↑'],
  ['ArrowDown', '↓'],
  ['Escape', 'Esc'],
])

/** 'shift+ArrowLeft' as the keys to show: [['Shift', '←']]; a sequence has several. */
export function shortcutKeys(shortcut: string): string[][] {
  return shortcut.split(' ').map((chord) =>
    // The last plus sign may be the key itself.
    chord.split(/\+(?=.)/).map((key) => labels.get(key) ?? (key.length === 1 ? key.toUpperCase() : key)),
  )
}

/** The chord of a key press in the notation of `Action.shortcuts`. */
function chordOf(event: KeyboardEvent): string {
  const key = event.key === ' ' ? 'Space' : event.key.length === 1 ? event.key.toLowerCase() : event.key
  // The shifted character of a printing key says it all ('?'); letters and named keys keep the modifier.
  const shift = event.shiftKey && (event.key.length > 1 || /[a-z ]/i.test(event.key))
  const mod = isMac ? event.metaKey : event.ctrlKey
  return `${mod ? 'mod+' : ''}${shift ? 'shift+' : ''}${key}`
}

/** Listens on the window until the returned function is called. */
export function listenForShortcuts(): () => void {
  let prefix: string | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.altKey || event.isComposing) return
    const chord = chordOf(event)
    const target = event.target instanceof HTMLElement ? event.target : document.body
    if (belongsTo(target, chord)) return
    if (dialogOpen() && !chord.startsWith('mod+')) return
    const actions = allActions().filter(
      (action) => action.enabled !== false && (!action.board || onBoard(target)),
    )
    const wanted = prefix === null ? chord : `${prefix} ${chord}`
    clearTimeout(timer)
    prefix = null
    const action = find(actions, wanted)
    if (action !== undefined) {
      event.preventDefault()
      action.run()
    } else if (actions.some((candidate) => candidate.shortcuts?.some((s) => s.startsWith(`${chord} `)))) {
      prefix = chord
      timer = setTimeout(() => {
        prefix = null
      }, SEQUENCE_MS)
    }
  }
  window.addEventListener('keydown', onKeyDown)
  return () => window.removeEventListener('keydown', onKeyDown)
}

/** The groups of a page come before those of the frame, so a page's own key wins. */
function find(actions: readonly Action[], chord: string): Action | undefined {
  return actions.find((action) => action.shortcuts?.includes(chord))
}

function onBoard(target: HTMLElement): boolean {
  return target.closest('[data-board]') !== null
}

function dialogOpen(): boolean {
  return document.querySelector('[role="dialog"][aria-modal="true"]') !== null
}

/** Whether the focused element has its own use for the key. */
function belongsTo(target: HTMLElement, chord: string): boolean {
  const buttonLike = ['checkbox', 'radio', 'button']
  if (target instanceof HTMLInputElement && buttonLike.includes(target.type)) {
    return chord === 'Space' || chord.startsWith('Arrow')
  }
  if (target.isContentEditable || target.matches('input, textarea, select')) {
    return chord.startsWith('mod+') ? editing.test(chord) : chord !== 'Escape'
  }
  if (target.matches('button, a, summary, [role="tab"], [role="menuitem"], [role="option"]')) {
    return chord === 'Space' || chord === 'Enter' || (target.matches('[role]') && chord.startsWith('Arrow'))
  }
  return false
}
