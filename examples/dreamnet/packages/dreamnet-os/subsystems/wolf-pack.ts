import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { OctopusExecutor } from '@dreamnet/octopus-executor'
import type { Prey } from './squad-alchemy.ts'

/** Wolf-Pack: finds files that nobody has seen yet, and sends a squad of threads after each group of them. */
export class WolfPack {
  readonly #hunted = new Set<string>()
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  scout(): readonly Prey[] {
    const fresh = readdirSync(this.#folder).filter((file) => !this.#hunted.has(file))
    return fresh.sort().map((file) => ({ file, bytes: statSync(join(this.#folder, file)).size }))
  }

  /** One task a squad: the checksums of its files. Resolves with how many the executor has accepted, on disk. */
  async hunt(cycle: number, squads: readonly (readonly Prey[])[]): Promise<number> {
    const sent = squads.map((squad, nth) =>
      OctopusExecutor.enqueue({
        id: `hunt-${cycle}-${nth}`,
        type: 'checksum-files',
        createdAt: Date.now(),
        priority: 0.5,
        payload: {
          paths: squad.map(({ file }) => file),
          cwd: this.#folder,
          out: `${this.#folder}-sums/${cycle}-${nth}.sha256`,
        },
      }),
    )
    for (const { file } of squads.flat()) this.#hunted.add(file)
    return (await Promise.all(sent)).filter(({ ok }) => ok).length
  }
}
