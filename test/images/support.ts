/** What tests of images share. */
import { createServer } from 'node:net'
import { beforeEach } from 'vitest'

/** Where no image can be built, and that is allowed, each test says so instead. */
export function needsImages(): void {
  beforeEach((context) => {
    const why = process.env.UNDERSTUDY_NO_IMAGES
    if (why !== undefined) context.skip(why)
  })
}

/** A port of the loopback interface that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

export function secondsSince(began: number): number {
  return (performance.now() - began) / 1000
}
