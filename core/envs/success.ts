/** Whether an episode reached its goal, as one byte: 2 where nobody says. */
const UNSAID = 2

export function successByte(success: boolean | null): number {
  return success === null ? UNSAID : Number(success)
}

export function successOf(byte: number): boolean | null {
  return byte === UNSAID ? null : byte === 1
}
