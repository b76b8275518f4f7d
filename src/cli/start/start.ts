import { realpathSync } from 'node:fs'
import { cwd } from 'node:process'
import { Catalog, Octopus, OctopusError, type OctopusOptions } from '../../main/index.ts'
import { socketPathOf, systemClock } from '../../main/light.ts'
import { readConfiguration } from '../configuration.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { counted } from '../format.ts'
import { jsonLine, oneLine, type Output } from '../output.ts'
import { closeEngine } from '../close-engine.ts'
import { Stop } from '../run/stop.ts'
import type { StartFlags } from './flags.ts'

/** `octopus start`: an engine of its own process, until somebody stops it. */
export async function start(flags: StartFlags, output: Output): Promise<ExitCode> {
  const { options } = await readConfiguration(flags, cwd())
  const catalog = await Catalog.load({ ...options, autostart: true })
  const store = catalog.storePath
  if (store === undefined)
    throw new OctopusError('E_USAGE', 'an engine over a store in memory would be alone with it', {
      hint: 'Name a file with --store.',
    })
  const stop = new Stop()
  const octopus = await Octopus.open(catalog)
  const release = stop.guard()
  try {
    tellStarted({ octopus, catalog, store, options, flags, output })
    await untilStopped(octopus, stop, output)
  } finally {
    await closeEngine(octopus, stop.isForced)
    release()
  }
  if (flags.json === true) output.result(jsonLine({ v: 1, ev: 'engine.stopped', by: stop.reason }))
  output.message(stop.isForced ? 'stopped; what ran was handed back\n' : 'stopped\n')
  return exitCode(stop)
}

interface Started {
  readonly octopus: Octopus
  readonly catalog: Catalog
  readonly store: string
  readonly options: OctopusOptions
  readonly flags: StartFlags
  readonly output: Output
}

function tellStarted({ octopus, catalog, store, options, flags, output }: Started): void {
  const { pending, interrupted, clean } = octopus.recovered
  const died = clean ? '' : `, ${counted(interrupted, 'attempt')} of an engine that died among them`
  const waiting =
    pending === 0 && clean ? 'nothing waits' : `${counted(pending, 'task')} waiting${died}`
  const socket = options.socket === false ? undefined : socketPathOf(realpathSync(store))
  const own = catalog.types().length
  output.message(
    [
      `octopus  node ${process.versions.node}  pid ${process.pid}  ${counted(own, 'type')} of tasks`,
      `store    ${oneLine(store)}: ${waiting}`,
      ...(socket === undefined ? [] : [`socket   ${oneLine(socket)}`]),
      'stop     Ctrl-C lets what runs finish, a second one does not wait',
      '',
    ].join('\n'),
  )
  if (flags.json === true)
    output.result(
      jsonLine({
        v: 1,
        ev: 'engine.started',
        pid: process.pid,
        store,
        socket,
        pending,
        interrupted,
        clean,
      }),
    )
}

/** @throws what made the engine fail */
async function untilStopped(octopus: Octopus, stop: Stop, output: Output): Promise<void> {
  const failed = Promise.withResolvers<never>()
  const letGo = stayAlive()
  const unwatch = octopus.watch((event) => {
    if (event.kind === 'engine.failed') failed.reject(event.error)
  })
  try {
    await Promise.race([stop.stopping, failed.promise])
    octopus.pause()
    const { runningTasks } = octopus.status()
    const said = stop.reason === 'SIGTERM' ? 'Terminated' : 'Interrupted'
    output.message(
      `\n${said}: ${counted(runningTasks, 'task')} may finish, the rest stays in the store; Ctrl-C again does not wait\n`,
    )
    await Promise.race([octopus.drain(), stop.forced, failed.promise])
  } finally {
    failed.promise.catch(() => undefined)
    unwatch()
    letGo()
  }
}

const DAY_MS = 86_400_000

/** An idle engine holds nothing that keeps its process: whoever embeds it may end. This one is there to wait. */
function stayAlive(): () => void {
  let cancel = systemClock.after(DAY_MS, again)
  function again(): void {
    cancel = systemClock.after(DAY_MS, again)
  }
  return () => cancel()
}

/** Whoever asked once and got what was asked for has no failure to look at. */
function exitCode({ isForced, reason }: Stop): ExitCode {
  if (!isForced) return EXIT.ok
  return reason === 'SIGTERM' ? EXIT.terminated : EXIT.interrupted
}
