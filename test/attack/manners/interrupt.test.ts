/** Ctrl-C ends every command within two seconds, and nothing that is no file keeps one waiting. */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { UNDERSTUDY } from '../../cli/support.ts'
import { figure } from '../../figures.ts'
import { temporaryDirectory } from '../../store/support.ts'

const MOST_SECONDS = 2
const PEER = join(import.meta.dirname, 'hanging-peer.js')
const onPosix = process.platform !== 'win32'

interface Ended {
  readonly code: number | null
  readonly err: string
  /** Since the signal, or since the start where none was sent. */
  readonly seconds: number
}

interface Start {
  readonly env?: NodeJS.ProcessEnv
  /** Resolves once the command is to be interrupted; it is left alone without. */
  readonly when?: (said: () => string) => Promise<void>
}

/** A shell calls the end by SIGINT 130, which is told in the same way here. */
async function run(dir: string, args: readonly string[], { env, when }: Start = {}): Promise<Ended> {
  const child = spawn(process.execPath, [UNDERSTUDY, ...args, '--data', join(dir, 'data')], {
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: dir,
    env: { ...process.env, ...env },
  })
  let err = ''
  let out = ''
  child.stderr.on('data', (text) => {
    err += text
  })
  child.stdout.on('data', (text) => {
    out += text
  })
  const ended = once(child, 'exit')
  const hung = setTimeout(() => child.kill('SIGKILL'), 30_000)
  let began = performance.now()
  if (when !== undefined) {
    await Promise.race([when(() => err + out), ended])
    began = performance.now()
    child.kill('SIGINT')
  }
  const [code, signal] = await ended
  clearTimeout(hung)
  return { code: signal === 'SIGINT' ? 130 : code, err, seconds: (performance.now() - began) / 1000 }
}

async function until(met: () => boolean): Promise<void> {
  while (!met()) await wait(10)
}

/** Things that have a name in a folder and are no files. */
async function oddities(dir: string): Promise<Record<'pipe' | 'device' | 'socket' | 'folder', string>> {
  const paths = {
    pipe: join(dir, 'pipe'),
    device: '/dev/zero',
    socket: join(dir, 'socket'),
    folder: join(dir, 'folder'),
  }
  execFileSync('mkfifo', [paths.pipe])
  mkdirSync(paths.folder)
  const server = createServer().listen(paths.socket)
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return paths
}

/** An environment of somebody's own that takes as many milliseconds for a step as SLOW says. */
const SLOW = `
import { registerEnvironment } from 'understudy'
registerEnvironment('slow', () => {
  let steps = 0
  return {
    spec: {
      id: 'slow', title: 'Slow', description: 'Takes its time', version: 1, parameters: {},
      observations: [{ name: 'steps', shape: [1], description: 'how many' }],
      action: { continuous: 0, discrete: [2] },
      score: { unit: 'step', units: 'steps', measure: 'length' },
      maxEpisodeSteps: 400,
    },
    reset(seed, observation) { steps = 0; observation?.fill(0) },
    step(action, observation) {
      const until = performance.now() + Number(process.env.SLOW ?? 0)
      while (performance.now() < until);
      steps++
      observation?.fill(steps)
      return { reward: 0, terminated: false, truncated: steps === 400 }
    },
    succeeded: false,
    snapshot: () => Uint8Array.of(steps & 255, steps >> 8),
    restore(bytes) { steps = bytes[0] + 256 * bytes[1] },
    scene: () => null,
    events: () => [],
  }
})
`

const CONFIG = 'behaviors: { basic: { trainer_type: ppo } }\nenv_settings: { env: basic }\n'
const CLONING =
  'behaviors: { basic: { trainer_type: bc, behavioral_cloning: { demo_path: ODD } } }\nenv_settings: { env: basic }\n'

const READERS: [what: string, args: readonly string[], config?: string][] = [
  ['demonstrations', ['demos', 'import', 'ODD']],
  ['a policy to take in', ['agents', 'import', 'ODD', '--env', 'basic']],
  ['a policy to evaluate', ['evaluate', 'link.onnx', '--env', 'basic']],
  ['a policy to serve', ['serve', '--model', 'ODD', '--env', 'basic']],
  ['a configuration', ['train', 'ODD']],
  ['an experiment', ['experiment', 'ODD']],
  ['a search', ['tune', 'ODD']],
  ['a plugin', ['envs', '--plugin', 'ODD']],
  ['a plugin of a configuration', ['train', 'config.yaml'], `${CONFIG}plugins: [ODD]\n`],
  ['demonstrations of a configuration', ['train', 'config.yaml'], CLONING],
]

describe.runIf(onPosix)('what is no file is refused with a sentence, at once', () => {
  it.each(READERS)('as %s', async (_, args, config) => {
    const dir = temporaryDirectory()
    const odd = await oddities(dir)
    // Every kind once, and everywhere the one that would be waited for: a command takes its time to start.
    const kinds = args.includes('experiment') ? Object.values(odd) : [odd.pipe]
    for (const path of kinds) {
      if (config !== undefined) writeFileSync(join(dir, 'config.yaml'), config.replace('ODD', path))
      execFileSync('ln', ['-sfn', path, join(dir, 'link.onnx')])
      const { code, err, seconds } = await run(
        dir,
        args.map((word) => word.replace('ODD', path)),
      )
      expect(err).toMatch(/ cannot be read: it is a (pipe|device|socket|folder)\n/)
      expect(err).not.toContain('bug in Understudy')
      expect([1, 2]).toContain(code)
      figure('longest refusal of what is no file', seconds, 's')
    }
  })
})

describe.runIf(onPosix)('Ctrl-C ends the command within two seconds, and it says 130', () => {
  const commands: [what: string, args: readonly string[]][] = [
    ['evaluate', ['evaluate', 'random', '--env', 'gym:Slow-v0']],
    ['record', ['record', '--env', 'gym:Slow-v0', '--player', 'random']],
    ['train', ['train', '--env', 'gym:Slow-v0', '--algo', 'ppo']],
    ['import', ['demos', 'import', 'nothing.npz', '--env', 'gym:Slow-v0']],
    ['serve', ['serve', '--model', 'model.onnx', '--env', 'gym:Slow-v0']],
  ]
  it.each<[string, readonly string[]]>([
    ['evaluate', ['evaluate', 'scripted', '--env', 'bubble/25', '--episodes', '100000']],
    ['record', ['record', '--env', 'bubble/25', '--episodes', '100000']],
    ['verify', ['demos', 'verify', '--env', 'slow', '--plugin', 'slow.ts']],
  ])('while it computes: %s', async (_, args) => {
    const dir = temporaryDirectory()
    writeFileSync(join(dir, 'slow.ts'), SLOW)
    if (args.includes('verify')) {
      await run(dir, ['record', '--env', 'slow', '--player', 'random', '--plugin', 'slow.ts'])
    }
    const { code, err, seconds } = await run(dir, args, {
      env: { SLOW: '50' },
      when: () => wait(2_000),
    })
    expect(err).not.toContain('bug in Understudy')
    expect(code).toBe(130)
    expect(seconds).toBeLessThan(MOST_SECONDS)
    figure('slowest end after Ctrl-C', seconds, 's')
  })

  for (const at of ['make', 'reset'] as const) {
    it.each(at === 'make' ? commands : commands.slice(0, 2))(
      `while a peer hangs at ${at}: %s`,
      async (_, args) => {
        const dir = temporaryDirectory()
        writeFileSync(join(dir, 'model.onnx'), '')
        const hanging = join(dir, 'hanging')
        const { code, err, seconds } = await run(dir, args, {
          env: { UNDERSTUDY_PYTHON: PEER, HANGING: hanging, HANGS_AT: at },
          when: async () => {
            await until(() => existsSync(hanging))
            await wait(100)
          },
        })
        const peer = Number(readFileSync(hanging, 'utf8'))
        try {
          process.kill(peer, 'SIGKILL')
        } catch {
          // It has ended along with the command.
        }
        expect(err).not.toContain('bug in Understudy')
        expect(code).toBe(130)
        expect(seconds).toBeLessThan(MOST_SECONDS)
        figure('slowest end after Ctrl-C', seconds, 's')
      },
    )
  }
})
