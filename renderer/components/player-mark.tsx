import type { PlayerKind } from '../../core/studio/protocol.ts'
import classes from './components.module.css'

const words: Record<PlayerKind, string> = {
  human: 'person',
  scripted: 'scripted player',
  agent: 'agent',
  unknown: 'unknown player',
}
const colours: Record<PlayerKind, string> = {
  human: 'var(--person)',
  scripted: 'var(--scripted)',
  agent: 'var(--agent)',
  unknown: 'var(--ink-3)',
}

/** A person is a circle, a scripted player a square, an agent a diamond, and who nobody knows a ring: everywhere. */
export function PlayerMark({ kind, size = 11 }: { kind: PlayerKind; size?: number }) {
  return (
    <svg width={size} height={size} viewBox="-6 -6 12 12" role="img" className={classes.mark}>
      <title>{words[kind]}</title>
      <MarkShape kind={kind} />
    </svg>
  )
}

/** The mark alone around (0, 0), 11 wide, for a place in another drawing. */
export function MarkShape({ kind }: { kind: PlayerKind }) {
  const fill = colours[kind]
  if (kind === 'unknown') return <circle r="4.2" fill="none" stroke={fill} strokeWidth="1.8" />
  if (kind === 'human') return <circle r="5" fill={fill} />
  if (kind === 'scripted') return <rect x="-4.5" y="-4.5" width="9" height="9" rx="1" fill={fill} />
  return <path d="M0-5.8 5.8 0 0 5.8-5.8 0z" fill={fill} />
}

export function PlayerName({ kind, name }: { kind: PlayerKind; name: string }) {
  return (
    <span className={classes.playerName}>
      <PlayerMark kind={kind} />
      <span>{name}</span>
    </span>
  )
}

export function markColour(kind: PlayerKind): string {
  return colours[kind]
}
