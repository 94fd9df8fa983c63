/**
 * Who may talk to the studio. It listens on this machine only, but every page in every browser of this machine can
 * reach that address too: the token keeps out other programs and users, the Origin check other pages, the Host check
 * a page that rebinds its own name to 127.0.0.1.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto'

/** 32 random bytes, in hexadecimal. */
export function newToken(): string {
  return randomBytes(32).toString('hex')
}

/** Compares in a time that does not depend on where the two differ. */
export function tokenMatches(given: string | null | undefined, token: string): boolean {
  if (typeof given !== 'string' || given.length !== token.length) return false
  const a = Buffer.from(given)
  const b = Buffer.from(token)
  return a.length === b.length && timingSafeEqual(a, b)
}

/** The names under which a browser on this machine may address the studio. */
export function allowedHosts(port: number): string[] {
  return [`127.0.0.1:${port}`, `localhost:${port}`]
}

export function hostAllowed(host: string | undefined, port: number): boolean {
  return host !== undefined && allowedHosts(port).includes(host.toLowerCase())
}

/** Browsers send an Origin with every WebSocket handshake, so its absence is no excuse. */
export function originAllowed(origin: string | undefined, port: number): boolean {
  return origin !== undefined && allowedHosts(port).some((host) => origin === `http://${host}`)
}

/** 16 random bytes for the inline styles of one page load. */
export function newNonce(): string {
  return randomBytes(16).toString('base64')
}

/**
 * The page loads nothing from elsewhere and runs no inline script. Inline styles need the nonce: Mantine writes its
 * theme's CSS variables into a style element.
 * @param connect  where besides 'self' the page may connect to
 */
export function contentSecurityPolicy(nonce: string, connect: readonly string[] = []): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' blob: data:",
    `connect-src ${["'self'", ...connect].join(' ')}`,
    "font-src 'self'",
    "worker-src 'self'",
    "manifest-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}

/** Sent with everything that is served. */
export const securityHeaders = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=(), usb=()',
} as const

/** Puts the nonce where the page looks for it. */
export function withNonce(html: string, nonce: string): string {
  return html.replace('<head>', `<head>\n    <meta property="csp-nonce" nonce="${nonce}">`)
}
