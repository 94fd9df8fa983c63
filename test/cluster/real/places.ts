import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { CLIENT, type RayCluster } from './ray-cluster.ts'
import { begun, library, type Outcome, outcome, train } from './runs.ts'

const RUN = '--env basic --algo sac --seed 2 --max-steps 1600 --num-envs 2'

export function places(cluster: () => RayCluster): void {
  const on = (): string[] => ['--on', cluster().address]
  const resume = async (name: string, ...args: string[]): Promise<Outcome> => {
    const command = ['train', '--run-id', 'run', '--resume', ...args]
    const { code, out, err } = await cluster().understudy([...command, '--data', library(cluster(), name)])
    expect(code, out + err).toBe(0)
    return outcome(cluster(), name)
  }

  describe('a run goes on', () => {
    it('there and here, to the same end as one that never moved', async () => {
      const whole = await train(cluster(), 'never-moved', RUN)
      await train(cluster(), 'moved', `${RUN.replace('1600', '600')} ${on().join(' ')}`)
      await resume('moved', '--max-steps', '1000')
      const { state, step, policy } = await resume('moved', '--max-steps', '1600', ...on())
      expect({ state, step, policy }).toEqual({ state: 'finished', step: 1600, policy: whole.policy })
    })

    it('from the checkpoint that it made when it was stopped', async () => {
      const long = RUN.replace('1600', '4000000')
      const run = await begun(cluster(), 'stopped', `${long} --workers 2 ${on().join(' ')}`)
      run.process.kill('SIGINT')
      expect(await run.ended, run.printed()).toBe(0)
      const { state, step } = outcome(cluster(), 'stopped')
      expect(state).toBe('stopped')
      expect(step).toBeGreaterThan(0)
      expect(run.printed()).not.toContain('dropped')
      expect(existsSync(join(library(cluster(), 'stopped'), 'runs/run/config.yaml'))).toBe(true)
      expect(await resume('stopped', '--max-steps', `${step + 200}`)).toMatchObject({ step: step + 200 })
    })

    it('when whoever began it leaves, and comes back', async () => {
      const command = ['train', ...RUN.split(' '), ...on(), '--run-id', 'run', '--detach']
      const left = await cluster().understudy([...command, '--data', library(cluster(), 'left')])
      expect(left.code, left.err).toBe(0)
      const back = await cluster().understudy(['runs', 'attach', 'run', '--data', library(cluster(), 'left')])
      expect(back.code, back.out + back.err).toBe(0)
      expect(outcome(cluster(), 'left')).toEqual(outcome(cluster(), 'never-moved'))
    })
  })

  describe('says in a sentence', () => {
    const refused = async (args: readonly string[], token?: string): Promise<string> => {
      const command = ['train', ...RUN.split(' '), ...args, '--data', library(cluster(), 'refused')]
      const { code, out, err } = await cluster().understudy(command, token)
      expect(code, out).toBe(1)
      expect(err.trim().split('\n').length).toBeLessThan(4)
      return err
    }

    it('that the token is another', async () => {
      const other = join(cluster().folder, 'other-token')
      writeFileSync(other, 'not-the-token-of-this-cluster')
      expect(await refused(on(), other)).toMatch(/token/)
    })

    it('that nobody is at the address', async () => {
      // Where a client never listens.
      const nobody = `${cluster().machines.address(CLIENT)}:9`
      expect(await refused(['--on', `http://${nobody}`])).toContain(nobody)
    })

    it('that there are too few CPUs', async () => {
      expect(await refused([...on(), '--workers', '64', '--num-envs', '64'])).toMatch(/need 65 CPUs/)
    })
  })
}
