import { existsSync, realpathSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import type { Clock } from '../../protocol/clock.ts'
import type { InspectedTask } from '../inspected.ts'
import { noStore } from './no-store.ts'
import { livingOwner, type Owner } from './owner-lock.ts'
import { storeError } from './sqlite-errors.ts'
import { openForeignReadable, readMeta } from './sqlite-schema.ts'
import { readStatusFile } from './status-file.ts'
import type { StoredQuestions } from './stored-questions.ts'
import { readArms, unsettled, type StoredArms } from './stored-status.ts'
import type { TaskQuery } from './store.ts'

/** What a store's file says of itself, whether or not somebody owns it. */
export interface StoredStatus extends StoredArms {
  /** Whose process lives, as far as this machine knows. */
  readonly owner: Owner | undefined
  /** Did the last owner close it? False while one is at work, and after one died. */
  readonly clean: boolean
}

/**
 * Reads a store without owning it: no lock is taken and nothing is recovered, so an owner neither notices nor waits.
 * Each read is a short transaction of its own. What only an owner's memory knows (its pauses, what it was handed back)
 * is not here; what runs is what its threads noted as begun.
 */
export class StoreReader {
  readonly path: string
  readonly #clock: Clock
  readonly #db: DatabaseSync
  #questions: Promise<StoredQuestions> | undefined

  /** @throws OctopusError E_NO_STORE, E_STORE_CORRUPT, E_STORE_NEWER, E_STORE_READONLY */
  static open(path: string, clock: Clock): StoreReader {
    if (!existsSync(path)) throw noStore(path)
    const real = realpathSync(path)
    try {
      return new StoreReader(real, clock, openForeignReadable(real))
    } catch (error) {
      throw storeError(error, real)
    }
  }

  private constructor(path: string, clock: Clock, db: DatabaseSync) {
    this.path = path
    this.#clock = clock
    this.#db = db
  }

  status(): StoredStatus {
    try {
      const arms = readArms(this.#db, this.#begun(), this.#clock.wallMs())
      return { ...arms, owner: livingOwner(this.path), clean: readMeta(this.#db, 'clean') === 1 }
    } catch (error) {
      return this.#told(error)
    }
  }

  /** As `Octopus.list`. */
  async list(
    query: TaskQuery = {},
  ): Promise<{ readonly tasks: readonly InspectedTask[]; readonly next: number | undefined }> {
    const questions = await this.#asked()
    return questions.list(query).catch((error: unknown) => this.#told(error))
  }

  /** As `Octopus.get`. */
  async get(id: string): Promise<InspectedTask | undefined> {
    const questions = await this.#asked()
    return questions.get(id).catch((error: unknown) => this.#told(error))
  }

  close(): void {
    this.#db.close()
  }

  /** Records need the codec; who only counts does not wait for it to load. */
  #asked(): Promise<StoredQuestions> {
    this.#questions ??= import('./stored-questions.ts').then(
      ({ StoredQuestions }) => new StoredQuestions(this.#db, this.#clock, new Set(this.#running())),
    )
    return this.#questions
  }

  /** What threads noted and nobody settled. After a clean close the file of notes is gone. */
  #begun(): number[] {
    return unsettled(
      this.#db,
      readStatusFile(`${this.path}.running`).map(({ seq }) => seq),
    )
  }

  #running(): number[] {
    return livingOwner(this.path) === undefined ? [] : this.#begun()
  }

  #told(error: unknown): never {
    throw storeError(error, this.path)
  }
}
