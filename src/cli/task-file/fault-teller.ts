import { OctopusError } from '../../main/light.ts'
import { counted } from '../format.ts'
import type { Output } from '../output.ts'
import type { Fault } from './row-text.ts'

const FAULTS_SHOWN = 20

/** Tells the first faults of a file as they are found, and how many more there are. */
export class FaultTeller {
  readonly #name: string
  readonly #output: Output
  told = 0

  constructor(name: string, output: Output) {
    this.#name = name
    this.#output = output
  }

  tell(faults: readonly Fault[]): void {
    const output = this.#output
    for (const fault of faults.slice(0, Math.max(0, FAULTS_SHOWN - this.told))) {
      const place = `${this.#name}:${fault.line}:${fault.column}`
      output.message(`${output.paintMessage('red', place)}  ${fault.message}\n`)
    }
    this.told += faults.length
  }

  end(): void {
    const hidden = this.told - FAULTS_SHOWN
    if (hidden > 0) this.#output.message(`  and ${counted(hidden, 'more invalid row')}\n`)
  }

  /** What ends the command. */
  refusal(consequence: string, hint: string): OctopusError {
    const rows = counted(this.told, 'invalid row')
    return new OctopusError('E_TASK_FILE', `${this.#name} has ${rows}; ${consequence}`, { hint })
  }
}
