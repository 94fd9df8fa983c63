/** What a page has to ask its person before it is run: code of others that nobody has admitted here. */
import {
  admit,
  type Code,
  contentOf,
  type PersonMemory,
  type Subject,
  UnadmittedError,
} from '../admission/index.ts'
import { UserError } from '../errors.ts'
import { wireError } from './dispatch.ts'
import type { Ask, WireError } from './protocol.ts'

/** Questions that nobody has answered. */
const MOST_OPEN = 100

export class Asks {
  readonly #memory: PersonMemory
  /** By what is asked about; the oldest first. */
  readonly #open = new Map<
    string,
    { readonly subject: Subject; readonly code: Code; readonly sha256: string }
  >()

  constructor(memory: PersonMemory) {
    this.#memory = memory
  }

  /** As `wireError`, with the question where there is one to be asked. */
  readonly tell = (error: unknown): WireError => {
    if (!(error instanceof UnadmittedError)) return wireError(error)
    try {
      return { ...wireError(error), asks: this.#ask(error) }
    } catch (cause) {
      // There is no such build, say.
      return wireError(cause)
    }
  }

  /**
   * The person said yes.
   * @param sha256  of what they were shown
   * @throws UserError when it was not asked, or is no longer what they were shown
   */
  grant(name: string, sha256: string): void {
    const asked = this.#open.get(name)
    if (asked === undefined) throw new UserError(`nothing is asked about ${name}`, { remedy: 'try again' })
    const { subject, code } = asked
    if (asked.sha256 !== sha256 || contentOf(code).sha256 !== sha256) {
      throw new UserError(`${name} has changed since it was shown`, { remedy: 'try again, and look again' })
    }
    this.#open.delete(name)
    try {
      // Not admitted beyond that: it is looked at again whenever it is to run, as this process may live for days.
      this.#memory.remember(subject, code)
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      admit(subject)
    }
  }

  #ask({ subject, refusal, code: find }: UnadmittedError): Ask {
    const code = find()
    const { sha256, bounded } = contentOf(code)
    this.#open.delete(subject.name)
    this.#open.set(subject.name, { subject, code, sha256 })
    if (this.#open.size > MOST_OPEN) this.#open.delete(this.#open.keys().next().value!)
    const { kind, name } = subject
    return { kind, name, does: code.does, sha256, bounded, changed: refusal === 'changed' }
  }
}
