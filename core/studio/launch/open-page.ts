/**
 * Has the person's browser show the studio without telling anybody else how to get in: every user of this machine can
 * read the arguments of its programs, so the browser is opened on a file that only this person can read, and that
 * leads on to an address which is good once.
 */
import { randomBytes } from 'node:crypto'
import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Listening } from '../transports/server.ts'
import { openBrowser } from './open-browser.ts'

/** After which the browser will not come any more. */
const WAIT_MS = 60_000

/** @returns what takes the file back; it goes by itself when the page has come or has not within a minute */
export function openPage({ access, origin }: Listening, dataDirectory: string): () => void {
  clear(dataDirectory)
  const path = join(dataDirectory, `open-${randomBytes(8).toString('hex')}.html`)
  const { address, revoke } = access.oneTimeAddressAt(origin, () => withdraw())
  const withdraw = () => {
    clearTimeout(timer)
    revoke()
    rmSync(path, { force: true })
  }
  const timer = setTimeout(withdraw, WAIT_MS).unref()
  writeFileSync(path, redirectTo(address), { flag: 'wx', mode: 0o600 })
  openBrowser(path)
  return withdraw
}

/** Replaces itself, so that the way back does not lead through it. */
function redirectTo(address: string): string {
  const quoted = JSON.stringify(address)
  return [
    '<!doctype html>',
    '<meta charset="utf-8">',
    '<meta name="referrer" content="no-referrer">',
    '<title>Understudy</title>',
    `<script>location.replace(${quoted})</script>`,
    `<noscript>The studio needs JavaScript.</noscript>`,
    '',
  ].join('\n')
}

/** What a studio that was killed has left. */
function clear(dataDirectory: string): void {
  for (const name of readdirSync(dataDirectory)) {
    if (/^open-[0-9a-f]{16}\.html$/.test(name)) rmSync(join(dataDirectory, name), { force: true })
  }
}
