import { availableParallelism, loadavg, totalmem } from 'node:os'
import { ARM_IDS, systemClock, type Json } from '../../main/index.ts'
import { counted } from '../format.ts'
import { fault, fine, look, type Finding } from './finding.ts'

const MIB = 1024 * 1024
/** An idle thread with its pool's part, measured; handlers come on top. */
const THREAD_MIB = 13
const NODE_MAJOR_MIN = 24
/** Beyond so many threads a core, arms that compute at the same time slow each other and the main thread down. */
const THREADS_A_CORE = 4

/** Node, cores, memory and clock, against what the configuration asks for. */
export function machineFindings(options: Readonly<Record<string, Json>>): readonly Finding[] {
  const threads = ARM_IDS.map((arm) => threadsOf(options, arm)).reduce((sum, one) => sum + one, 0)
  return [node(), cores(threads), memory(threads), clock(), ...load()]
}

function threadsOf(options: Readonly<Record<string, Json>>, arm: string): number {
  const threads = options[`arms.${arm}.maxParallel`]
  return options[`arms.${arm}.enabled`] === true && typeof threads === 'number' ? threads : 0
}

function node(): Finding {
  const { node: version } = process.versions
  if (Number(version.split('.')[0]) < NODE_MAJOR_MIN)
    return fault('node', `${version} is too old`, `Use Node ${NODE_MAJOR_MIN} or newer.`)
  return process.features.typescript === false
    ? look(
        'node',
        `${version}, and it does not run TypeScript`,
        'Handlers must be JavaScript here.',
      )
    : fine('node', `${version}, runs TypeScript`)
}

function cores(threads: number): Finding {
  const present = availableParallelism()
  const what = `${counted(threads, 'thread')} over all arms, ${counted(present, 'core')}`
  return threads <= present * THREADS_A_CORE
    ? fine('threads', what)
    : look(
        'threads',
        what,
        'Where several arms compute at once, lower their maxParallel: octopus config shows them.',
      )
}

function memory(threads: number): Finding {
  const availableMib = Math.round(process.availableMemory() / MIB)
  const limitMib = Math.round(Math.min(process.constrainedMemory() || Infinity, totalmem()) / MIB)
  const needMib = threads * THREAD_MIB
  const what = `${availableMib} of ${limitMib} MiB free; ${counted(threads, 'thread')} take about ${needMib} before any handler`
  return needMib * 2 <= availableMib
    ? fine('memory', what)
    : look('memory', what, 'Lower maxParallel of the arms, or set arms.<arm>.memoryMbMax.')
}

const BUILT_AFTER_MS = Date.UTC(2026, 0, 1)

function clock(): Finding {
  const nowMs = systemClock.wallMs()
  const now = new Date(nowMs).toISOString()
  return nowMs > BUILT_AFTER_MS
    ? fine('clock', now)
    : fault(
        'clock',
        `${now} lies before this version was made`,
        'Set the clock: runAt, ids and retention go by it.',
      )
}

function load(): readonly Finding[] {
  const [minute = 0] = loadavg()
  const present = availableParallelism()
  if (minute <= present * 2) return []
  return [
    look(
      'load',
      `${minute.toFixed(1)} on ${counted(present, 'core')}`,
      'Something else keeps this machine busy.',
    ),
  ]
}
