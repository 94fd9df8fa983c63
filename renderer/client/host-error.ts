import type { WireError } from '../../core/studio/protocol.ts'

/** The host's answer when a request cannot be met. */
export class HostError extends Error {
  readonly kind: WireError['kind'] | 'connection'
  readonly remedy: string | null

  constructor(error: { kind: WireError['kind'] | 'connection'; message: string; remedy: string | null }) {
    super(error.message)
    this.name = 'HostError'
    this.kind = error.kind
    this.remedy = error.remedy
  }
}
