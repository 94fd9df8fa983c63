/**
 * Electron's fuses, which packaging burns into the program: what a packaged window can do however it is started. Names are
 * those of `FuseV1Options` in @electron/fuses; every one of them is listed, so that none keeps a default by oversight.
 */
export interface Fuse {
  readonly name: string
  readonly enabled: boolean
  readonly why: string
}

export const fuses: readonly Fuse[] = [
  {
    name: 'RunAsNode',
    enabled: true,
    why: 'files from elsewhere are read in limited processes, which are plain Node; host and trainers are utility processes',
  },
  {
    name: 'EnableCookieEncryption',
    enabled: false,
    why: 'the page has no cookies, and a key for them would ask for the keychain',
  },
  {
    name: 'EnableNodeOptionsEnvironmentVariable',
    enabled: false,
    why: 'NODE_OPTIONS could load a script into the host, which owns the library',
  },
  {
    name: 'EnableNodeCliInspectArguments',
    enabled: false,
    why: '--inspect would open a debugger, with all that the host may do, to every program of this machine',
  },
  {
    name: 'EnableEmbeddedAsarIntegrityValidation',
    enabled: true,
    why: 'a program whose archive was changed does not start',
  },
  { name: 'OnlyLoadAppFromAsar', enabled: true, why: 'a folder beside the archive cannot take its place' },
  {
    name: 'LoadBrowserProcessSpecificV8Snapshot',
    enabled: false,
    why: 'there is no snapshot of our own, and another one would be code',
  },
  {
    name: 'GrantFileProtocolExtraPrivileges',
    enabled: false,
    why: 'the page comes from app://, and file:// is opened nowhere',
  },
]
