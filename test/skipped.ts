/** A reporter: names every test that was skipped, with the reason. */
import type { Reporter, TestModule } from 'vitest/node'

export default class Skipped implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    for (const module of modules) {
      for (const test of module.children.allTests('skipped')) {
        const result = test.result()
        const why = (result.state === 'skipped' && result.note) || 'it needs another system'
        process.stdout.write(`skipped: ${module.relativeModuleId} > ${test.fullName}: ${why}\n`)
      }
    }
  }
}
