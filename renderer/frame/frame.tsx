/** What is always there: the rail, the top bar, the palette, and one page. */
import { useMantineColorScheme } from '@mantine/core'
import { spotlight } from '@mantine/spotlight'
import { lazy, Suspense, useEffect, useMemo, useState } from 'react'
import { runAction, useActions } from '../actions/action.ts'
import { Help } from '../actions/help.tsx'
import { navigationActions } from '../actions/navigation.ts'
import { Palette } from '../actions/palette.tsx'
import { listenForShortcuts } from '../actions/shortcuts.ts'
import { studioActions } from '../actions/studio.ts'
import { useConnection } from '../client/use-connection.ts'
import { type Page, useRoute } from '../route.ts'
import { PlayPage } from '../views/play/play-page.tsx'
import { ConnectionLost } from './connection-lost.tsx'
import { Consent } from './consent.tsx'
import classes from './frame.module.css'
import { ImportDrop } from './import-drop.tsx'
import { NoKey } from './no-key.tsx'
import { PageBoundary } from './page-boundary.tsx'
import { Rail } from './rail.tsx'
import { SettingsDialog } from './settings-dialog.tsx'
import { TopBar } from './top-bar.tsx'
import { Welcome } from './welcome.tsx'

// Play is what a newcomer sees, so only the others wait for their code.
const views: Record<Page, React.ComponentType> = {
  play: PlayPage,
  demonstrations: lazy(() => import('../views/demonstrations/demonstrations-page.tsx')),
  train: lazy(() => import('../views/train/train-page.tsx')),
  compare: lazy(() => import('../views/compare/compare-page.tsx')),
  agents: lazy(() => import('../views/agents/agents-page.tsx')),
  clusters: lazy(() => import('../views/clusters/clusters-page.tsx')),
  storage: lazy(() => import('../views/storage/storage-page.tsx')),
}

const themes = { light: 'dark', dark: 'auto', auto: 'light' } as const

export function Frame() {
  const { page } = useRoute()
  const [keysOpen, setKeysOpen] = useState(false)
  const [settingsOpen, setSettingsOpen] = useState(false)
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const connection = useConnection()

  const actions = useMemo(
    () => [
      ...navigationActions,
      ...studioActions({
        openPalette: spotlight.open,
        openKeys: () => setKeysOpen(true),
        openSettings: () => setSettingsOpen(true),
        cycleTheme: () => setColorScheme(themes[colorScheme]),
      }),
    ],
    [colorScheme, setColorScheme],
  )
  useActions(actions)
  useEffect(listenForShortcuts, [])
  useEffect(() => window.studio?.onMenu(runAction), [])

  if (connection === 'refused') return <NoKey />
  const View = views[page]
  return (
    <div className={classes.frame}>
      <button type="button" className={classes.skip} onClick={() => document.getElementById('main')?.focus()}>
        Skip to the page
      </button>
      <Rail page={page} onSettings={() => setSettingsOpen(true)} />
      <TopBar page={page} />
      <main id="main" className={classes.main} tabIndex={-1}>
        {connection === 'lost' && <ConnectionLost />}
        <Welcome />
        <PageBoundary key={page}>
          <Suspense fallback={null}>
            <View />
          </Suspense>
        </PageBoundary>
      </main>
      <Palette />
      <Help opened={keysOpen} onClose={() => setKeysOpen(false)} />
      <SettingsDialog opened={settingsOpen} onClose={() => setSettingsOpen(false)} />
      <ImportDrop />
      <Consent />
    </div>
  )
}
