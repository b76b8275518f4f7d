import { cwd } from 'node:process'
import type { ArmId, RemoteOctopus } from '../../main/light.ts'
import { checkedArm } from '../arm-argument.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { counted } from '../format.ts'
import { jsonLine, type Output } from '../output.ts'
import { withOwner } from '../owner.ts'
import { storePath, type StoreFlags } from '../store-options.ts'

/** What only a living engine can be asked to do: it keeps its pauses and sizes in memory. */
export async function pause(
  name: string | undefined,
  flags: StoreFlags,
  output: Output,
): Promise<ExitCode> {
  const arm = armOrAll(name)
  return steer(flags, output, async (owner) => {
    await owner.pause(arm)
    return {
      ev: 'paused',
      arm,
      text: `${arm ?? 'every arm'} starts nothing more; what runs goes on`,
    }
  })
}

export async function resume(
  name: string | undefined,
  flags: StoreFlags,
  output: Output,
): Promise<ExitCode> {
  const arm = armOrAll(name)
  return steer(flags, output, async (owner) => {
    await owner.resume(arm)
    return { ev: 'resumed', arm, text: `${arm ?? 'every arm'} goes on` }
  })
}

export async function scale(
  name: string,
  maxParallel: number,
  flags: StoreFlags,
  output: Output,
): Promise<ExitCode> {
  const arm = checkedArm(name)
  return steer(flags, output, async (owner) => {
    await owner.setArm(arm, { maxParallel })
    return {
      ev: 'scaled',
      arm,
      maxParallel,
      text: `${arm} runs ${counted(maxParallel, 'task')} at once`,
    }
  })
}

/** Resolves once nothing is ready or running. */
export async function drain(flags: StoreFlags, output: Output): Promise<ExitCode> {
  return steer(flags, output, async (owner) => {
    const { runningTasks, queuedTasks } = await owner.status()
    output.message(`waits for ${runningTasks} running and at most ${queuedTasks} queued\n`)
    await owner.drain()
    return { ev: 'drained', text: 'nothing is ready or running' }
  })
}

interface Steered {
  readonly ev: string
  readonly text: string
  readonly arm?: ArmId | undefined
  readonly maxParallel?: number
}

async function steer(
  flags: StoreFlags,
  output: Output,
  act: (owner: RemoteOctopus) => Promise<Steered>,
): Promise<ExitCode> {
  const { text, ...event } = await withOwner(await storePath(flags, cwd()), act)
  output.result(flags.json === true ? jsonLine({ v: 1, ...event }) : `${text}\n`)
  return EXIT.ok
}

function armOrAll(name: string | undefined): ArmId | undefined {
  return name === undefined ? undefined : checkedArm(name)
}
