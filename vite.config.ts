import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const root = fileURLToPath(new URL('./renderer', import.meta.url))

// The page is served from 127.0.0.1 or from Electron's own scheme under a policy without inline scripts, so nothing may
// be inlined into index.html and every address stays relative.
export default defineConfig(({ command }) => {
  // The NODE_ENV of whoever builds, a test runner's say, would put React's development version into the page.
  if (command === 'build') process.env.NODE_ENV = 'production'
  return {
    root,
    base: './',
    plugins: [react()],
    build: {
      outDir: fileURLToPath(new URL('./dist/renderer', import.meta.url)),
      emptyOutDir: true,
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      target: 'es2023',
      chunkSizeWarningLimit: 700,
      // Of whatever is bundled, the font too; who passes the page on passes these on with it.
      license: { fileName: 'third-party.md' },
    },
  }
})
