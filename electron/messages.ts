/** What the main process and the host process say to each other; both are the program's own. */
import type { RelayReply, RelayRequest } from '../core/studio/relayed-fork.ts'

export type ToHost =
  | { kind: 'open'; dataDirectory: string }
  /** Comes with the port of a page. */
  | { kind: 'page' }
  /** Stop runs with a checkpoint, put recordings away, close the library, end. */
  | { kind: 'close' }
  | RelayReply

export type FromHost =
  | { kind: 'ready' }
  /** The library cannot be opened; the process ends. */
  | { kind: 'refused'; message: string; remedy: string | null }
  | { kind: 'active'; runs: string[] }
  | { kind: 'bug'; stack: string }
  | RelayRequest
