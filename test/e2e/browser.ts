/**
 * A real Chromium: on Linux the one that comes as an npm package, so that nothing need be installed; elsewhere the
 * Chrome or Edge of the machine.
 */
import { type Browser, chromium as playwright } from 'playwright-core'

/** Nothing but the page under test talks to the network. */
const quiet = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
]

export async function launchBrowser(): Promise<Browser> {
  if (process.platform === 'linux') {
    const { default: packaged } = await import('@sparticuz/chromium')
    return playwright.launch({ executablePath: await packaged.executablePath(), args: quiet })
  }
  const channels = process.platform === 'win32' ? ['msedge', 'chrome'] : ['chrome', 'msedge']
  for (const channel of channels) {
    try {
      return await playwright.launch({ channel, args: quiet.slice(1) })
    } catch (error) {
      if (channel === channels.at(-1)) throw error
    }
  }
  throw new Error('the browser tests need Chrome or Edge')
}
