/**
 * Who has been let in. A page comes with a key in the fragment of its address, which is sent to no server, and changes
 * it for the person's secret, which it keeps to itself. There is a key for addresses that people copy, good while this
 * studio runs, and keys that are good once, for the address that a program is asked to open.
 */
import { newToken, tokenMatches } from './security.ts'

interface OneTimeKey {
  readonly key: string
  readonly onUsed: () => void
}

export class Access {
  readonly #secret: string
  readonly #lasting = newToken()
  #once: OneTimeKey[] = []

  constructor(secret: string) {
    this.#secret = secret
  }

  /** @param origin  'http://127.0.0.1:4400' */
  addressAt(origin: string): string {
    return addressWith(origin, this.#lasting)
  }

  /**
   * An address that can be opened once.
   * @param onUsed  called when it was
   * @returns the address, and what makes it void
   */
  oneTimeAddressAt(origin: string, onUsed: () => void): { address: string; revoke: () => void } {
    const once = { key: newToken(), onUsed }
    this.#once.push(once)
    return {
      address: addressWith(origin, once.key),
      revoke: () => {
        this.#once = this.#once.filter((other) => other !== once)
      },
    }
  }

  /** Whether it is the person's secret itself. */
  knows(secret: string | undefined): boolean {
    return tokenMatches(secret, this.#secret)
  }

  /** @returns the secret for a key, or for the secret itself; null for anything else */
  admit(key: string | undefined): string | null {
    if (this.knows(key) || tokenMatches(key, this.#lasting)) return this.#secret
    const once = this.#once.find((candidate) => tokenMatches(key, candidate.key))
    if (once === undefined) return null
    this.#once = this.#once.filter((other) => other !== once)
    once.onUsed()
    return this.#secret
  }
}

function addressWith(origin: string, key: string): string {
  return `${origin}/#open=${key}`
}
