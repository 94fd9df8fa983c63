/**
 * Code of others that may run in this thread: environments of other programs, and plugins. Nothing is admitted unless somebody
 * said so: a person, here; whoever started this thread and told it; or the memory of what this person admitted before. So what
 * a file, a library or a peer names can start nothing, by no path.
 */
import { UserError } from '../errors.ts'

/** What would be run: the name under which it is asked for. */
export interface Subject {
  readonly kind: 'environment' | 'plugin' | 'interpreter'
  /** Id of an environment, with its parameters that are texts; absolute path of a plugin or an interpreter. */
  readonly name: string
}

/** What running it means on this machine. */
export interface Code {
  /** As people are told, without a subject: 'starts /games/game.x86_64'. */
  readonly does: string
  /** Where the program, module or script lies; absolute, empty where it is none or is not found. */
  readonly path: string
  /** Files whose content decides what happens; absolute. */
  readonly files: readonly string[]
}

/** Why something is not admitted: nobody did, or it is no longer what was. */
export type Refusal = 'unknown' | 'changed'

export interface Memory {
  /**
   * @param code  asked only for what is remembered at all, as finding it may take a moment
   * @returns null when this person has admitted it and it is the same still
   */
  recall(subject: Subject, code: () => Code): Refusal | null
}

export class UnadmittedError extends UserError {
  readonly subject: Subject
  readonly refusal: Refusal
  /** What it would run, for whoever can ask a person. @throws UserError when it is not there */
  readonly code: () => Code

  constructor(subject: Subject, refusal: Refusal, code: () => Code) {
    const { kind, name } = subject
    const what = kind === 'environment' ? name : `the ${kind} ${name}`
    const add = {
      environment: 'if you know what it starts, add it with `understudy envs add ID`, or in the studio',
      plugin: 'if you know what it does, name it with --plugin FILE',
      interpreter: "if you know what it is, name it with --python FILE, or in the studio's settings",
    }[kind]
    super(
      refusal === 'unknown'
        ? `${what} has not been added here`
        : `${what} has changed since it was added here`,
      { remedy: refusal === 'unknown' ? add : `check what has changed; ${add}` },
    )
    this.name = 'UnadmittedError'
    this.subject = subject
    this.refusal = refusal
    this.code = code
  }
}

const admitted = new Set<string>()
let memory: Memory | null = null

/** For this thread only. */
export function admit(subject: Subject): void {
  admitted.add(keyOf(subject))
}

/** Whom this thread asks about what nobody has admitted in it; null asks nobody. */
export function askMemory(asked: Memory | null): void {
  memory = asked
}

/** @throws UnadmittedError */
export function requireAdmission(subject: Subject, code: () => Code): void {
  if (admitted.has(keyOf(subject))) return
  const refusal = memory === null ? 'unknown' : memory.recall(subject, code)
  if (refusal !== null) throw new UnadmittedError(subject, refusal, code)
}

function keyOf({ kind, name }: Subject): string {
  return `${kind} ${name}`
}
