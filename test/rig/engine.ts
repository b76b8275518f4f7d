import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  Octopus,
  type AttemptTrace,
  type EngineEvent,
  type OctopusOptions,
} from '../../src/main/index.ts'
import { Gates } from './gates.ts'

/** Engines of one test, with gates their handlers stop at, and a folder; all gone when the test's scope ends. */
export class Rig implements AsyncDisposable {
  readonly gates = new Gates()
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'octopus-test-')))
  readonly events: EngineEvent[] = []
  readonly #engines: Octopus[] = []

  at(name: string): string {
    return join(this.folder, name)
  }

  async open(options: OctopusOptions = {}): Promise<Octopus> {
    const octopus = await Octopus.open({
      store: 'memory',
      tasks: new URL('../fixtures/controlled.ts', import.meta.url),
      cancelGrace: 50,
      ...options,
    })
    this.#engines.push(octopus)
    octopus.serve({ dreamOps: this.gates.service })
    octopus.watch((event) => this.events.push(event))
    return octopus
  }

  get traces(): AttemptTrace[] {
    return this.events.flatMap((event) => (event.kind === 'attempt.ended' ? [event.trace] : []))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const octopus of this.#engines) await octopus.close({ grace: 0 })
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** How each attempt of a task ended: `failed timeout`, `succeeded`. */
export async function attemptsOf(octopus: Octopus, id: string): Promise<string[]> {
  const record = await octopus.get(id)
  return (record?.attempts ?? []).map(({ attempt, state, failure }) =>
    failure === undefined ? `${attempt} ${state}` : `${attempt} ${state}: ${failure.reason}`,
  )
}
