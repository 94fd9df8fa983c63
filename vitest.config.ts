import { defineConfig } from 'vitest/config'

/** Of every project; a project does not take them over from the root. */
const shared = {
  pool: 'forks',
  // Node's own, which warns where a test looks whether there is one.
  execArgv: ['--no-experimental-webstorage'] as string[],
  // What is waited for comes within milliseconds on an idle machine; a busy one is no reason to fail.
  testTimeout: 60_000,
  hookTimeout: 60_000,
  globalSetup: ['test/own-config.ts', 'test/compile-cache.ts'] as string[],
  expect: { poll: { timeout: 20_000 } },
} as const

const below = (folders: readonly string[]) => folders.map((folder) => `test/${folder}/**/*.test.ts`)

/** What these leave behind disturbs no other: one process runs many of them and loads the program once. */
const units = [
  ...below(['demos', 'envs', 'evaluate', 'tensor', 'train/config']),
  // The one left out asks for all that is registered, which others add to.
  'test/learn/**/!(metric-definitions).test.ts',
]

export default defineConfig({
  test: {
    // Many tests wait for a browser or another process: one more than most machines have cores at least.
    maxWorkers: 3,
    projects: [
      {
        test: {
          ...shared,
          name: 'quick',
          include: ['test/**/*.test.ts'],
          exclude: [
            ...below(['attack', 'cluster/real', 'commands', 'guide', 'images', 'long', 'package']),
            ...units,
          ],
        },
      },
      {
        test: {
          ...shared,
          name: 'unit',
          include: units,
          isolate: false,
        },
      },
      {
        test: { ...shared, name: 'attack', include: ['test/attack/**/*.test.ts'], testTimeout: 120_000 },
      },
      {
        test: {
          ...shared,
          name: 'cluster',
          include: ['test/cluster/real/**/*.test.ts'],
          testTimeout: 240_000,
        },
      },
      {
        test: { ...shared, name: 'commands', include: below(['commands', 'guide']), testTimeout: 180_000 },
      },
      {
        test: {
          ...shared,
          name: 'package',
          include: ['test/package/**/*.test.ts'],
          globalSetup: [...shared.globalSetup, 'test/package/built.ts'],
          testTimeout: 300_000,
        },
      },
      {
        test: {
          ...shared,
          name: 'images',
          include: ['test/images/**/*.test.ts'],
          globalSetup: [...shared.globalSetup, 'test/images/built.ts'],
          testTimeout: 300_000,
        },
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
