import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'

import { EmbeddedStore } from '../../../src/main/store/embedded.ts'
import { SqliteJournal } from '../../../src/main/store/sqlite.ts'
import { describeDependencies } from '../../contract/dependencies.ts'
import { describeSplits } from '../../contract/splits.ts'
import { describeStore } from '../../contract/store.ts'
import { everything } from '../../rig/store.ts'

const folder = mkdtempSync(join(tmpdir(), 'octopus-store-'))
afterAll(() => rmSync(folder, { recursive: true }))
let stores = 0

for (const describeIt of [describeStore, describeDependencies, describeSplits])
  describeIt('EmbeddedStore over SQLite', (clock) => {
    const retention = { ageMs: 1e15, bytesMax: 2 ** 40 }
    const journal = new SqliteJournal({ path: join(folder, `${stores++}.db`), clock, retention })
    return new EmbeddedStore({ journal, clock, serves: everything })
  })
