/** The bytes are what Google's protobuf 3.20.3 makes of the same messages with the classes of mlagents_envs 1.1.0. */
import { describe, expect, it } from 'vitest'
import {
  agentInfoActionPairCodec,
  brainParametersCodec,
  COMMAND,
  demonstrationMetaCodec,
  messageCodec,
  STATUS,
} from '../../../core/remote/mlagents/messages.ts'

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
const bytesOf = (text: string) => Uint8Array.from(Buffer.from(text, 'hex'))

const INITIALIZATION =
  '0a0308c801122812260a1041636164656d7953696e676c65746f6e1205312e352e303a05332e302e30420408013801'
const ACTIONS = '0a0308c8011a250a230a1b0a0c42617369633f7465616d3d30120b0a090a040000803f3a010120012a020102'
const PAIR =
  '0a313d0ad723bc400150fdffffffffffffffff015a0200016a190a0102220a0a080000803f0000000032010142054261736963120932040000003f3a0102'

describe('the messages of ML-Agents', () => {
  it('are written as protobuf writes them, defaults left out', () => {
    const initialization = {
      name: 'AcademySingleton',
      communicationVersion: '1.5.0',
      packageVersion: '3.0.0',
      logPath: '',
      capabilities: { base: true, agentGroups: true, hybridActions: false },
    }
    expect(hex(messageCodec.encode({ header: { status: STATUS.ok }, output: { initialization } }))).toBe(
      INITIALIZATION,
    )
    const rl = {
      agentActions: { 'Basic?team=0': { value: [{ discrete: [1], vectorActions: [1] }] } },
      command: COMMAND.reset,
      sideChannel: Uint8Array.of(1, 2),
    }
    expect(hex(messageCodec.encode({ header: { status: STATUS.ok }, input: { rl } }))).toBe(ACTIONS)
    expect(
      hex(
        brainParametersCodec.encode({ name: 'Basic?team=0', actionSpec: { discrete: 1, branchSizes: [3] } }),
      ),
    ).toBe('3a0c42617369633f7465616d3d304a0510011a0103')
  })

  it('take typed arrays where the message has lists', () => {
    const observation = {
      shape: [2],
      floatData: { data: Float32Array.of(1, 0) },
      dimensionProperties: [1],
      name: 'Basic',
    }
    const info = { reward: -0.01, done: true, id: -3, actionMask: [false, true], observations: [observation] }
    const action = { discrete: Int32Array.of(2), continuous: Float32Array.of(0.5) }
    expect(hex(agentInfoActionPairCodec.encode({ info, action }))).toBe(PAIR)
  })

  it('read with what is not on the wire at its default', () => {
    const message = messageCodec.decode(bytesOf(ACTIONS))
    expect(message.header?.status).toBe(200)
    expect(message.header?.message).toBe('')
    expect(message.output).toBeNull()
    expect(message.input?.initialization).toBeNull()
    expect(message.input?.rl?.command).toBe(COMMAND.reset)
    const [action] = message.input!.rl!.agentActions['Basic?team=0']!.value
    expect([...action!.discrete]).toEqual([1])
    expect([...action!.continuous]).toEqual([])
    const { info } = agentInfoActionPairCodec.decode(bytesOf(PAIR))
    expect(info!.id).toBe(-3)
    expect(info!.observations[0]!.floatData!.data).toEqual([1, 0])
    expect(info!.observations[0]!.compressedData).toHaveLength(0)
  })

  it('skip fields that are not known', () => {
    // Field 12 (reserved) as bytes, then done.
    expect(agentInfoActionPairCodec.decode(bytesOf('0a066202aabb4001')).info!.done).toBe(true)
  })

  it('stand behind their length in a file', () => {
    // The head of the demonstration of Basic that ships with ML-Agents.
    const head = bytesOf('180801120b45787065727442617369631849200b2d81f8573f')
    const { message, end } = demonstrationMetaCodec.decodeDelimited(head, 0)
    expect(end).toBe(head.length)
    expect({ ...message }).toEqual({
      apiVersion: 1,
      name: 'ExpertBasic',
      steps: 73,
      episodes: 11,
      meanReward: Math.fround(0.843635618686676),
    })
    expect(hex(demonstrationMetaCodec.encodeDelimited(message))).toBe(hex(head))
  })

  it.each([
    ['within the message', '18080112'],
    ['within the length', '80'],
    ['nowhere', ''],
  ])('refuse bytes that end %s', (_, bytes) => {
    expect(() => demonstrationMetaCodec.decodeDelimited(bytesOf(bytes), 0)).toThrow()
  })
})
