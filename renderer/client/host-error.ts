import type { Ask, WireError } from '../../core/studio/protocol.ts'

/** The host's answer when a request cannot be met. */
export class HostError extends Error {
  readonly kind: WireError['kind'] | 'connection'
  readonly remedy: string | null
  /** What the person would have to allow. */
  readonly asks: Ask | undefined

  constructor(error: Omit<WireError, 'kind'> & { kind: WireError['kind'] | 'connection' }) {
    super(error.message)
    this.name = 'HostError'
    this.kind = error.kind
    this.remedy = error.remedy
    this.asks = error.asks
  }
}
