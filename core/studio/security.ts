/**
 * Who may talk to the studio. Unless told otherwise it listens on this machine only, but every page in every browser of
 * this machine can reach that address too: the secret keeps out other programs and users, the Origin check other pages,
 * the Host check a page that rebinds its own name to 127.0.0.1.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto'
import { isIPv6 } from 'node:net'
import { UserError } from '../errors.ts'

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

/** Whether only this machine reaches what listens there. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}

/** As it stands in an address. */
export function bracketed(host: string): string {
  return isIPv6(host) ? `[${host}]` : host
}

/** A name with or without a port, as it is given to be allowed. @throws UserError when it is none */
export function parseAllowedHost(text: string): string {
  const match = /^([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::(\d{1,5}))?$/.exec(text)
  if (match !== null && Number(match[2] ?? 0) <= 65_535) return text.toLowerCase()
  throw new UserError(`"${text}" is no name that a browser could use`, {
    usage: true,
    remedy: 'write it as in the address: localhost:5000 or studio.example',
  })
}

/** The address of an allowed name; without a port that of the studio is meant. */
export function originOf(name: string, port: number): string {
  const host = hasPort(name) ? name : `${name}:${port}`
  return new URL(`${host.endsWith(':443') ? 'https' : 'http'}://${host}`).origin
}

/** Names under which a browser may address the studio, each with its port. */
export class AllowedHosts {
  readonly #hosts: ReadonlySet<string>

  /**
   * @param host  where the studio listens; names of this machine itself are always allowed
   * @param also  further names; without a port that of the studio is meant
   */
  constructor(host: string, port: number, also: readonly string[] = []) {
    const own = ['127.0.0.1', 'localhost', '[::1]', bracketed(host.toLowerCase())]
    this.#hosts = new Set([...own, ...also].map((name) => (hasPort(name) ? name : `${name}:${port}`)))
  }

  /** @param header  Host */
  allowsHost(header: string | undefined): boolean {
    const host = header?.toLowerCase()
    if (host === undefined) return false
    // Browsers leave the port out where it is the scheme's own.
    return hasPort(host)
      ? this.#hosts.has(host)
      : this.#hosts.has(`${host}:80`) || this.#hosts.has(`${host}:443`)
  }

  /** @param header  Origin, which browsers send with everything but plain fetching: its absence is no excuse there */
  allowsOrigin(header: string | undefined): boolean {
    const url = header === undefined ? null : URL.parse(header)
    if (url === null || header !== url.origin) return false
    const port = { 'http:': '80', 'https:': '443' }[url.protocol]
    return port !== undefined && this.#hosts.has(`${url.hostname}:${url.port || port}`)
  }
}

function hasPort(host: string): boolean {
  return /:\d+$/.test(host)
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
