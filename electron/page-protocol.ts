/** `app://studio/`: the built page from its own scheme, so that nothing is served from file:// and no port is open. */
import { readFile } from 'node:fs/promises'
import { extname, join, resolve, sep } from 'node:path'
import type { CustomScheme } from 'electron'
import { contentSecurityPolicy, newNonce, securityHeaders, withNonce } from '../core/studio/security.ts'

export const pageScheme = 'app'
const pageHost = 'studio'
export const pageAddress = `${pageScheme}://${pageHost}/index.html`

/** To be registered before the app is ready. Not asked for: the right to bypass the Content-Security-Policy. */
export const schemePrivileges: CustomScheme = {
  scheme: pageScheme,
  privileges: { standard: true, secure: true, supportFetchAPI: true },
}

const mediaTypes = new Map([
  ['.css', 'text/css'],
  ['.html', 'text/html; charset=utf-8'],
  ['.js', 'text/javascript'],
  ['.json', 'application/json'],
  ['.png', 'image/png'],
  ['.svg', 'image/svg+xml'],
  ['.wasm', 'application/wasm'],
  ['.woff2', 'font/woff2'],
])

/** Whether an address belongs to the page. `URL.origin` of such a scheme is 'null', so its parts are compared. */
export function isPageAddress(address: string): boolean {
  const url = URL.parse(address)
  return url?.protocol === `${pageScheme}:` && url.host === pageHost
}

/**
 * Answers the requests of the scheme with files of `pageDirectory` and of nowhere else.
 * @param first  is asked before, and answers null to what is none of its business
 */
export function pageHandler(
  pageDirectory: string,
  first: (request: Request) => Promise<Response | null> = async () => null,
): (request: Request) => Promise<Response> {
  const root = resolve(pageDirectory)
  return async (request) => {
    if (!isPageAddress(request.url)) return refusal(404)
    const answer = await first(request)
    if (answer !== null) return answer
    if (request.method !== 'GET') return refusal(405)
    const path = fileOf(root, new URL(request.url).pathname)
    if (path === null) return refusal(404)
    try {
      const nonce = newNonce()
      const bytes = await readFile(path)
      const isPage = path === join(root, 'index.html')
      const type = mediaTypes.get(extname(path)) ?? 'application/octet-stream'
      const policy = { 'content-security-policy': contentSecurityPolicy(nonce) }
      const headers = { ...securityHeaders, ...policy, 'content-type': type, 'cache-control': 'no-store' }
      return new Response(isPage ? withNonce(bytes.toString('utf8'), nonce) : bytes, { headers })
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined
      if (code === 'ENOENT' || code === 'EISDIR') return refusal(404)
      throw error
    }
  }
}

/** The file that a path names, or null when it would lie outside the folder. */
function fileOf(root: string, pathname: string): string | null {
  let decoded: string
  try {
    decoded = decodeURIComponent(pathname)
  } catch {
    return null
  }
  if (decoded.includes('\0') || decoded.includes('\\')) return null
  const path = resolve(root, `.${decoded === '/' ? '/index.html' : decoded}`)
  return path.startsWith(root + sep) ? path : null
}

function refusal(status: 404 | 405): Response {
  return new Response(null, { status, headers: securityHeaders })
}
