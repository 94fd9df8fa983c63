/**
 * How a page in the browser is let in. The address that opens it has a key in its fragment; the page takes it out of the
 * address and the history at once and changes it for the person's secret, which outlives reloads in the session storage.
 */
const STORED = 'understudy.secret'

/** Not changed yet: the studio may not have answered. */
let key: string | null = null

function takeKey(): boolean {
  const found = /^#open=(\w+)$/.exec(location.hash)?.[1]
  if (found === undefined) return false
  key = found
  history.replaceState(null, '', location.pathname)
  return true
}

takeKey()

/** Called when the person has put an address with a key into the bar above a page that is open already. */
export function onNewKey(listener: () => void): void {
  window.addEventListener('hashchange', () => {
    if (takeKey()) listener()
  })
}

/** 'unreachable' when nobody answers: it may be tried again. */
export async function admit(): Promise<'admitted' | 'refused' | 'unreachable'> {
  for (const candidate of [key, storedSecret()]) {
    if (candidate === null) continue
    try {
      const response = await fetch('/session', { method: 'POST', headers: bearer(candidate) })
      if (response.ok) {
        const { secret } = await response.json()
        sessionStorage.setItem(STORED, secret)
        key = null
        return 'admitted'
      }
      if (response.status !== 401) return 'unreachable'
    } catch {
      return 'unreachable'
    }
  }
  key = null
  return 'refused'
}

export function storedSecret(): string | null {
  return sessionStorage.getItem(STORED)
}

/** Of a request for a file; the window's own scheme asks for none. */
export function credentials(): Record<string, string> {
  return bearer(storedSecret())
}

function bearer(secret: string | null): Record<string, string> {
  return secret === null ? {} : { authorization: `Bearer ${secret}` }
}
