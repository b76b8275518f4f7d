import { RowNames } from '../task-file/row-names.ts'

/** An input that is on its way. */
export interface TakenInput {
  /** Counts from 0 over all inputs. */
  readonly index: number
  /** Made of its content, and of which of those alike it is: the same when the map is repeated. */
  readonly name: string
  /** As a person knows it. */
  readonly label: string
  /** Did the engine tell of its end in this session? */
  told: boolean
  /** What to note once it has succeeded; undefined where nothing is noted. */
  digest: string | undefined
}

/** The inputs between their reading and their result, found by place or by name. */
export class TakenInputs {
  readonly #names = new RowNames()
  readonly #byPlace = new Map<number, TakenInput>()
  readonly #byName = new Map<string, TakenInput>()
  #read = 0
  #taken = 0

  /** How many inputs were read so far. */
  get read(): number {
    return this.#read
  }

  /** Names the next input. It is not taken yet. */
  next(value: unknown): TakenInput {
    const index = this.#read++
    const content = typeof value === 'string' ? value : JSON.stringify(value)
    const named = this.#names.name({ spec: { type: 'map' }, content }, index + 1)
    const name = 'name' in named ? named.name : ''
    return { index, name, label: content, told: false, digest: undefined }
  }

  take(input: TakenInput): void {
    this.#byPlace.set(this.#taken++, input)
    this.#byName.set(input.name, input)
  }

  /** By its place among those that were taken. */
  at(place: number): TakenInput {
    const input = this.#byPlace.get(place)
    if (input === undefined) throw new RangeError(`no input is taken at ${place}`)
    return input
  }

  named(name: string): TakenInput | undefined {
    return this.#byName.get(name)
  }

  give(place: number): TakenInput {
    const input = this.at(place)
    this.#byPlace.delete(place)
    this.#byName.delete(input.name)
    return input
  }
}
