/**
 * How a page reaches the host.
 *
 * In the browser the page's address is `http://127.0.0.1:PORT/#open=KEY`. The page takes the key out of its address and
 * sends it to `POST /session` as bearer, which answers with the person's secret. It keeps that in its session storage,
 * where no other page and no other program finds it (a cookie would go to every port of this machine), and opens the
 * WebSocket `ws://127.0.0.1:PORT/port` with the subprotocols `understudy` and the secret. Messages are binary, one
 * frame each.
 *
 * In the desktop window the preload script puts a `StudioBridge` at `window.studio`. `requestPort()` makes it post
 * `portMessage` to the window with one MessagePort; the page checks `event.source === window`, takes
 * `event.ports[0]`, and exchanges Uint8Arrays over it, one frame each. A lost host closes the port; asking again
 * gives a port to the next one.
 *
 * Files travel beside the port in both: `POST /files` of the page's own origin takes the bytes of one and answers with its
 * id, which a method of the protocol is then given; `GET /files/ID` gives out the file that a method has answered with.
 * In the browser both carry the secret as bearer; in the window the page's own scheme is open to nobody else.
 *
 * Both shells serve the page under a Content-Security-Policy that allows scripts from 'self' only, and inline styles
 * only with the nonce of `<meta property="csp-nonce">` (its `nonce` property), which the host puts into the head of
 * index.html. Mantine takes it through `getStyleNonce`, react-remove-scroll (modals) through the global
 * `__webpack_nonce__`.
 */

export const portMessage = 'understudy:port'

/** What a dialog shows first; extensions are with the dot. */
export interface FileKind {
  readonly name: string
  readonly extensions: readonly string[]
}

export interface StudioBridge {
  readonly shell: 'desktop'
  requestPort(): void
  /** Asks where to save and writes the file; false when the person cancelled. */
  saveFile(file: { fileName: string; bytes: Uint8Array }): Promise<boolean>
  /** Asks for files to import, of a kind or any others; empty when the person cancelled. */
  openFiles(kind: FileKind): Promise<{ name: string; bytes: Uint8Array }[]>
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
