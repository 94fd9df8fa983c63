/** What the window may not do: leave the page, open others, embed any, ask for permissions. */
import type { Session, WebContents, WebFrameMain } from 'electron'
import { isPageAddress } from './page-protocol.ts'

/** Hosts whose https pages may be opened in the person's browser: papers and the project. */
const outside: readonly string[] = ['arxiv.org', 'github.com']

export function mayOpenOutside(address: string): boolean {
  const url = URL.parse(address)
  return url?.protocol === 'https:' && outside.includes(url.hostname)
}

/** @param openOutside  shows an address in the person's browser */
export function guardContents(contents: WebContents, openOutside: (address: string) => void): void {
  contents.on('will-navigate', (event) => {
    if (!isPageAddress(event.url)) event.preventDefault()
  })
  contents.on('will-frame-navigate', (event) => {
    if (!isPageAddress(event.url)) event.preventDefault()
  })
  contents.on('will-redirect', (event) => {
    if (!isPageAddress(event.url)) event.preventDefault()
  })
  contents.on('will-attach-webview', (event) => event.preventDefault())
  contents.setWindowOpenHandler(({ url }) => {
    if (mayOpenOutside(url)) openOutside(url)
    return { action: 'deny' }
  })
}

/** The page needs one permission, and only while it has the focus: to copy text. */
export function denyPermissions(session: Session): void {
  const allowed = 'clipboard-sanitized-write'
  session.setPermissionRequestHandler((contents, permission, callback) =>
    callback(permission === allowed && isPageAddress(contents.getURL())),
  )
  session.setPermissionCheckHandler(
    (contents, permission) => permission === allowed && contents !== null && isPageAddress(contents.getURL()),
  )
  session.setDevicePermissionHandler(() => false)
}

/** Schemes by which a page or Chromium itself would reach another machine. */
const networks = ['http', 'https', 'ws', 'wss', 'ftp'].map((scheme) => `${scheme}://*/*`)

/**
 * Nothing is sent anywhere: the page lives by its own scheme. A spell checker would fetch its dictionaries, and words that
 * people type would be compared with them.
 */
export function denyNetwork(session: Session): void {
  session.webRequest.onBeforeRequest({ urls: networks }, (_details, callback) => callback({ cancel: true }))
  session.setSpellCheckerEnabled(false)
  session.setSpellCheckerLanguages([])
}

/** Whether a message comes from the main frame of this window showing the page. */
export function isFromPage(frame: WebFrameMain | null, contents: WebContents): boolean {
  return frame !== null && frame === contents.mainFrame && isPageAddress(frame.url)
}
