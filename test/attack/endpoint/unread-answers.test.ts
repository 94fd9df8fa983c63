import { expect, it, onTestFinished } from 'vitest'
import { figure } from '../../figures.ts'
import { cell, choosing, invoke, serve } from '../../serve/support.ts'
import { headOf, slowClient } from './slow-clients.ts'

it('an answer that nobody reads frees its place', async () => {
  const endpoint = await serve(choosing, undefined, { maxConcurrency: 1, maxBody: 2 ** 24 })
  onTestFinished(() => endpoint.close())
  // Megabytes of answers to a chain of requests, of which the client takes nothing: more than the system holds for it.
  const text = JSON.stringify({ observations: Array.from({ length: 250_000 }, () => cell(1)) })
  const { socket } = await slowClient(endpoint.address, '')
  socket.pause()
  const sentMs = performance.now()
  for (let i = 0; i < 4; i++) socket.write(headOf(text.length) + text)
  const status = async () => (await invoke(endpoint.address, { observation: cell(4) })).status
  await expect.poll(status).toBe(503)
  await expect.poll(status, { timeout: 40_000, interval: 250 }).toBe(200)
  figure(
    'longest hold of a place at the model by who does not read',
    (performance.now() - sentMs) / 1000,
    's',
  )
  socket.destroy()
})
