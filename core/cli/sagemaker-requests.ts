import type { Command } from 'commander'
import type { CliContext } from './context.ts'
export function registerRequests(_sagemaker: Command, _context: CliContext): void {}
