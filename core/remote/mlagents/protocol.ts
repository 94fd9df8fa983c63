/** What both sides of ML-Agents' protocol agree on: the trainer is the gRPC server, the environment its client. */

/** The one method: the environment's message for the trainer's. */
export const EXCHANGE = '/communicator_objects.UnityToExternalProto/Exchange'

/** Of the protocol. Sides of one major version understand each other. */
export const COMMUNICATION_VERSION = '1.5.0'

/** Of the Unity package whose protocol is spoken here. */
export const PACKAGE_VERSION = '3.0.0'

/** A build listens for this; the trainer adds the number of its worker. */
export const BASE_PORT = 5005

/** Where the trainer waits when it has started no build: Unity's editor dials it. */
export const EDITOR_PORT = 5004

/** Whether the other side speaks this protocol: before 1.0 minor versions had to be the same too. */
export function isCompatible(version: string): boolean {
  const [major, minor] = version.split('.')
  const [ourMajor, ourMinor] = COMMUNICATION_VERSION.split('.')
  return major === ourMajor && (major !== '0' || minor === ourMinor)
}
