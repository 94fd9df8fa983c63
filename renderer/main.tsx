import './language.ts'
import '@fontsource-variable/inter/opsz.css'
import '@mantine/core/styles.css'
import '@mantine/notifications/styles.css'
import '@mantine/spotlight/styles.css'
import './theme/tokens.css'
import './theme/base.css'
import { MantineProvider } from '@mantine/core'
import { createRoot } from 'react-dom/client'
import { client } from './client/client.ts'
import { Frame } from './frame/frame.tsx'
import { resolveVariables, theme } from './theme/theme.ts'

// The host's policy allows inline styles with this nonce only; react-remove-scroll takes it from the global.
const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? ''
Object.assign(globalThis, { __webpack_nonce__: nonce })

client.open()

createRoot(document.getElementById('root')!).render(
  <MantineProvider
    theme={theme}
    cssVariablesResolver={resolveVariables}
    defaultColorScheme="auto"
    getStyleNonce={() => nonce}
  >
    <Frame />
  </MantineProvider>,
)
