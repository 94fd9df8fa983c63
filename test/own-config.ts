/** What tests admit is not remembered as admitted by the person who runs them. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export default function setUp(): () => void {
  const directory = mkdtempSync(join(tmpdir(), 'understudy-config-'))
  process.env.UNDERSTUDY_CONFIG = directory
  return () => rmSync(directory, { recursive: true, force: true })
}
