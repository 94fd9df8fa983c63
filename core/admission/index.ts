/** Which code of others may run: the gate of this thread, and what the person has admitted before. */
export { type Content, contentOf } from './content.ts'
export {
  admit,
  askMemory,
  type Code,
  type Memory,
  type Refusal,
  requireAdmission,
  type Subject,
  UnadmittedError,
} from './gate.ts'
export { type Admission, configDirectory, PersonMemory, type TrustedFolder } from './memory.ts'
