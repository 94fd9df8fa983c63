/**
 * The bytes of a Unity `.demo`.
 *
 *     offset 0    length and DemonstrationMeta, padded with zeros
 *     offset 33   length and BrainParameters
 *     then        length and AgentInfoActionPair, `steps` times
 *     tail        whatever the writer left: ML-Agents' readers stop after `steps` records
 *
 * There is no magic number. A recording that was never closed has 0 steps in its head and all its records.
 */
import {
  type AgentInfoActionPair,
  agentInfoActionPairCodec,
  type BrainParameters,
  brainParametersCodec,
  type DemonstrationMeta,
  demonstrationMetaCodec,
  type Written,
} from '../../../remote/mlagents/messages.ts'
import type { FileProblems } from '../problems.ts'

const BRAIN_AT = 33
/** The longest name that Unity's recorder keeps. */
const NAME_LENGTH = 16
/** Of the file; 0 in files of the first releases. */
const API_VERSIONS = [0, 1] as const

export interface DemoStart {
  readonly meta: DemonstrationMeta
  readonly brain: BrainParameters
  /** Where the first record begins. */
  readonly recordsAt: number
}

/** Whether this is how a `.demo` begins. */
export function startsAsDemo(bytes: Uint8Array): boolean {
  try {
    const { meta, brain, padded } = decodeStart(bytes)
    const { actionSpec, vectorActionSize } = brain
    const actions = vectorActionSize.length + (actionSpec?.continuous ?? 0) + (actionSpec?.discrete ?? 0)
    return isKnown(meta.apiVersion) && padded && actions > 0
  } catch (error) {
    if (error instanceof Error) return false
    throw error
  }
}

/** @throws DataError when the file does not begin as a `.demo` of a version that is known */
export function readStart(bytes: Uint8Array, problems: FileProblems): DemoStart {
  let start: DemoStart
  try {
    start = decodeStart(bytes)
  } catch (error) {
    return problems.refuse('first bytes', 'the header of a .demo file', (error as Error).message, error)
  }
  const { apiVersion, steps } = start.meta
  if (!isKnown(apiVersion)) problems.refuse('api version', API_VERSIONS.join(' or '), apiVersion)
  if (steps < 0) problems.refuse('number of steps', 'a whole number', steps)
  return start
}

function isKnown(apiVersion: number): boolean {
  return (API_VERSIONS as readonly number[]).includes(apiVersion)
}

/** @throws any error when the bytes are no two messages */
function decodeStart(bytes: Uint8Array): DemoStart & { readonly padded: boolean } {
  const { message: meta, end } = demonstrationMetaCodec.decodeDelimited(bytes, 0)
  if (end > BRAIN_AT) throw new RangeError(`a header of ${end} bytes, which ends after byte ${BRAIN_AT}`)
  const brain = brainParametersCodec.decodeDelimited(bytes, BRAIN_AT)
  const padded = bytes.subarray(end, BRAIN_AT).every((byte) => byte === 0)
  return { meta, brain: brain.message, recordsAt: brain.end, padded }
}

/** How the records of a file end. */
export interface RecordsEnd {
  /** The first byte behind the last record. */
  readonly at: number
  /** The head counts no records: the recorder was stopped before it could. */
  readonly unclosed: boolean
}

/**
 * Calls `take` with every record. The records of a file that was never closed are read until its bytes end or are none.
 * @throws DataError when there are fewer than the head says
 */
export function readRecords(
  bytes: Uint8Array,
  { meta, recordsAt }: DemoStart,
  problems: FileProblems,
  take: (record: AgentInfoActionPair, index: number) => void,
): RecordsEnd {
  const unclosed = meta.steps === 0
  let at = recordsAt
  for (let index = 0; at < bytes.length && (unclosed || index < meta.steps); index++) {
    let record: AgentInfoActionPair
    try {
      const { message, end } = agentInfoActionPairCodec.decodeDelimited(bytes, at)
      record = message
      at = end
    } catch (error) {
      if (unclosed) break
      return problems.refuse(`record ${index}, byte ${at}`, 'a record', (error as Error).message, error)
    }
    take(record, index)
    if (index === meta.steps - 1) return { at, unclosed }
  }
  if (!unclosed)
    problems.refuse('records', `${meta.steps}, as its header says`, 'fewer (the file is cut off)')
  return { at, unclosed }
}

/** The whole file; `tail` is what ML-Agents' readers leave unread. */
export function writeDemoFile(
  meta: DemonstrationMeta,
  brain: Written<BrainParameters>,
  records: Iterable<Written<AgentInfoActionPair>>,
  tail: Uint8Array,
): Uint8Array {
  const head = Buffer.alloc(BRAIN_AT)
  head.set(encodeMeta(meta))
  const parts = [head, brainParametersCodec.encodeDelimited(brain)]
  for (const record of records) parts.push(agentInfoActionPairCodec.encodeDelimited(record))
  return new Uint8Array(Buffer.concat([...parts, tail]))
}

/** With as much of the name as there is room for. */
function encodeMeta(meta: DemonstrationMeta): Uint8Array {
  let name = meta.name.replaceAll(/[^a-zA-Z0-9 -]/g, '-').slice(0, NAME_LENGTH)
  for (;;) {
    const bytes = demonstrationMetaCodec.encodeDelimited({ ...meta, apiVersion: 1, name })
    if (bytes.length <= BRAIN_AT) return bytes
    name = name.slice(0, -1)
  }
}
