import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    coverage: {
      provider: 'v8',
      include: ['core/**/*.ts', 'electron/**/*.ts'],
      // AssemblyScript, which no parser of TypeScript reads.
      exclude: ['core/tensor/kernels/**'],
      reporter: ['text-summary'],
    },
  },
})
