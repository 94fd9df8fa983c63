import { defineConfig } from 'vitest/config'

/** Of both projects; a project does not take them over from the root. */
const shared = {
  pool: 'forks',
  // What is waited for comes within milliseconds on an idle machine; a busy one is no reason to fail.
  testTimeout: 60_000,
  hookTimeout: 60_000,
  globalSetup: 'test/own-config.ts',
  expect: { poll: { timeout: 20_000 } },
} as const

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      {
        test: {
          ...shared,
          name: 'quick',
          include: ['test/**/*.test.ts'],
          exclude: ['test/long/**', 'test/attack/**', 'test/package/**'],
        },
      },
      {
        test: { ...shared, name: 'attack', include: ['test/attack/**/*.test.ts'], testTimeout: 120_000 },
      },
      {
        test: { ...shared, name: 'package', include: ['test/package/**/*.test.ts'], testTimeout: 300_000 },
      },
      {
        test: { ...shared, name: 'long', include: ['test/long/**/*.test.ts'], testTimeout: 300_000 },
      },
    ],
    coverage: {
      provider: 'v8',
      include: ['core/**/*.ts', 'electron/**/*.ts'],
      // AssemblyScript, which no parser of TypeScript reads.
      exclude: ['core/tensor/kernels/**'],
      reporter: ['text-summary'],
    },
  },
})
