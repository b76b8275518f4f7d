import { OctopusExecutor, type CycleSummary, type OctopusContext } from '@dreamnet/octopus-executor'
import type { DreamOps } from './subsystems/dream-ops.ts'
import type { QuantumAnticipation } from './subsystems/quantum-anticipation.ts'
import type { SquadAlchemy } from './subsystems/squad-alchemy.ts'
import type { WolfPack } from './subsystems/wolf-pack.ts'

export interface Subsystems {
  readonly dreamOps: DreamOps
  readonly quantumAnticipation: QuantumAnticipation
  readonly squadAlchemy: SquadAlchemy
  readonly wolfPack: WolfPack
}

const SQUADS = 4

/** The Halo-Loop: look ahead, form squads, hunt; then the executor runs what all of them have asked for. */
export class HaloLoop {
  readonly #subsystems: Subsystems
  #cycle = 0

  constructor(subsystems: Subsystems) {
    this.#subsystems = subsystems
  }

  async cycle(): Promise<CycleSummary> {
    const { dreamOps, quantumAnticipation, squadAlchemy, wolfPack } = this.#subsystems
    this.#cycle += 1
    const wasExpected = quantumAnticipation.expected
    const prey = wolfPack.scout()
    const expected = quantumAnticipation.anticipate(prey.length)
    const squads = squadAlchemy.form(prey, SQUADS)
    const accepted = await wolfPack.hunt(this.#cycle, squads)

    const context: OctopusContext = {
      quantumAnticipation,
      squadAlchemy,
      wolfPack,
      neuralMesh: dreamOps,
    }
    const summary = await OctopusExecutor.run(context)

    console.log(
      `[halo-loop] cycle ${this.#cycle}: QAL expected ${wasExpected} files and ${prey.length} came, next ${expected}; ` +
        `Squad Alchemy made ${squads.length} squads; Wolf-Pack sent ${accepted}; ` +
        `Octopus processed ${summary.processed}, ${summary.failed} failed, in ${Math.round(summary.ms)} ms`,
    )
    return summary
  }
}
