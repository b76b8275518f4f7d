import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach } from 'vitest'

import { EmbeddedStore, type EmbeddedOptions } from '../../src/main/store/embedded.ts'
import { SqliteJournal, type SqliteJournalOptions } from '../../src/main/store/sqlite.ts'
import type { OpenedStore } from '../../src/main/store/store.ts'
import { TestClock } from './clock.ts'
import { everything } from './store.ts'

export interface StoreOptions extends Partial<SqliteJournalOptions> {
  readonly serves?: EmbeddedOptions['serves']
}

const keepAll = { ageMs: 1e15, bytesMax: 2 ** 40 }

/** Stores in a folder of their own; after each test they are closed and the folder is gone. */
export class StoreFolder {
  #folder = ''
  #stores: EmbeddedStore[] = []

  constructor() {
    afterEach(() => this.#clear())
  }

  get folder(): string {
    if (this.#folder === '') {
      this.#folder = mkdtempSync(join(tmpdir(), 'octopus-store-'))
    }
    return this.#folder
  }

  file(suffix = ''): string {
    return join(this.folder, `octopus.db${suffix}`)
  }

  journal(options: StoreOptions = {}): SqliteJournal {
    return new SqliteJournal({
      path: this.file(),
      clock: new TestClock(),
      retention: keepAll,
      ...options,
    })
  }

  store(options: StoreOptions = {}): EmbeddedStore {
    const { clock = new TestClock(), serves = everything } = options
    const store = new EmbeddedStore({ journal: this.journal({ ...options, clock }), clock, serves })
    this.#stores.push(store)
    return store
  }

  async open(
    options: StoreOptions = {},
  ): Promise<EmbeddedStore & { readonly opened: OpenedStore }> {
    const store = this.store(options)
    const opened = await store.open()
    return Object.assign(store, { opened })
  }

  async #clear(): Promise<void> {
    await Promise.all(this.#stores.map((store) => store.close()))
    this.#stores = []
    if (this.#folder !== '') rmSync(this.#folder, { recursive: true })
    this.#folder = ''
  }
}
