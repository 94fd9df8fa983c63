/**
 * How a page reaches the host.
 *
 * In the browser the page's address is `http://127.0.0.1:PORT/?token=TOKEN`; the page opens the WebSocket
 * `ws://127.0.0.1:PORT/port?token=TOKEN` and exchanges binary messages, one frame each.
 *
 * In the desktop window the preload script puts a `StudioBridge` at `window.studio`. `requestPort()` makes it post
 * `portMessage` to the window with one MessagePort; the page checks `event.source === window`, takes
 * `event.ports[0]`, and exchanges Uint8Arrays over it, one frame each. A lost host closes the port; asking again
 * gives a port to the next one.
 *
 * Both shells serve the page under a Content-Security-Policy that allows scripts from 'self' only, and inline styles
 * only with the nonce of `<meta property="csp-nonce">` (its `nonce` property), which the host puts into the head of
 * index.html. Mantine takes it through `getStyleNonce`, react-remove-scroll (modals) through the global
 * `__webpack_nonce__`.
 */

export const portMessage = 'understudy:port'

export interface StudioBridge {
  readonly shell: 'desktop'
  requestPort(): void
  /** Asks where to save and writes the file; false when the person cancelled. */
  saveFile(file: { fileName: string; bytes: Uint8Array }): Promise<boolean>
  /** Asks for files to import; empty when the person cancelled. */
  openFiles(): Promise<{ name: string; bytes: Uint8Array }[]>
  /** A menu item was chosen: `action` is the page's own action id (see `MenuAction`). Returns the unsubscribe function. */
  onMenu(listener: (action: MenuAction) => void): () => void
}

/** Actions that the native menu offers; the page's registry of actions knows them by these ids. */
export type MenuAction =
  | 'go.play'
  | 'go.demonstrations'
  | 'go.train'
  | 'go.compare'
  | 'go.agents'
  | 'go.storage'
  | 'demonstrations.import'
  | 'demonstrations.export'
  | 'train.new'
  | 'edit.undo'
  | 'help.keys'
  | 'app.palette'
  | 'app.settings'
