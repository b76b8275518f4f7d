import { DatabaseSync } from 'node:sqlite'
import { OctopusError } from '../../protocol/errors.ts'
import { KEYS_PER_TASK } from './history-key.ts'
import { cellNumber } from './sqlite-cells.ts'

/** 'OctX' as a number: says in the file's header whose database this is. */
const APPLICATION_ID = 0x4f637458
const SCHEMA_VERSION = 3

/** Of a row of `task`: is it settled? */
const IS_SETTLED = `SELECT 1 FROM history WHERE state < 4
  AND key BETWEEN seq * ${KEYS_PER_TASK} AND seq * ${KEYS_PER_TASK} + ${KEYS_PER_TASK - 1}`

export const SUCCEEDED = `EXISTS (${IS_SETTLED} AND state = 1)`
export const NOT_SETTLED = `NOT EXISTS (${IS_SETTLED})`

/** Of a row of `task`: does one that is not settled wait for it, or need its result? */
export const IS_NEEDED = 'EXISTS (SELECT 1 FROM dependency WHERE parent = task.seq)'

/** Of a row of `dependency`: is its parent still waited for? */
export const NOT_ENDED = `NOT EXISTS (SELECT 1 FROM history WHERE state < 4
  AND key > parent * ${KEYS_PER_TASK} + since AND key <= parent * ${KEYS_PER_TASK} + ${KEYS_PER_TASK - 1})`

export const SETTLED_BEFORE = `EXISTS (${IS_SETTLED} AND settled_at < ?)`

/**
 * Both big tables only grow at their end, in the order of acceptance, so that a flush touches few pages. Nothing here
 * has a secondary index on its way but `history_trouble`, which a success does not enter.
 */
const SCHEMA = `
  CREATE TABLE task(
    seq INTEGER PRIMARY KEY,
    arm INTEGER NOT NULL,
    type INTEGER NOT NULL,
    priority INTEGER NOT NULL,
    due_at INTEGER NOT NULL,       -- wall clock ms, 0: at once
    expires_at INTEGER NOT NULL,   -- wall clock ms, 0: never
    envelope BLOB NOT NULL,        -- octopus.v1.StoredTask
    dropped INTEGER                -- 1: retention by bytes took the payload out
  );
  CREATE TABLE history(
    key INTEGER PRIMARY KEY,       -- seq * ${KEYS_PER_TASK} + attempt
    state INTEGER NOT NULL,        -- see outcome-code.ts
    form INTEGER NOT NULL,
    settled_at INTEGER NOT NULL,   -- wall clock ms
    due_at INTEGER NOT NULL,       -- of the next attempt, when scheduled again
    wait_us INTEGER NOT NULL,
    dispatch_us INTEGER NOT NULL,
    run_us INTEGER NOT NULL,
    settle_us INTEGER NOT NULL,
    thread INTEGER NOT NULL,
    outcome BLOB
  );
  CREATE INDEX history_trouble ON history(key) WHERE state IN (2, 3);
  CREATE TABLE log(key INTEGER PRIMARY KEY, lines BLOB NOT NULL);
  CREATE TABLE type(id INTEGER PRIMARY KEY, name TEXT NOT NULL);
  CREATE TABLE caller_id(id TEXT PRIMARY KEY, seq INTEGER NOT NULL, hash BLOB NOT NULL) WITHOUT ROWID;
  CREATE TABLE started(seq INTEGER PRIMARY KEY, attempt INTEGER NOT NULL);
  CREATE TABLE checkpoint(seq INTEGER PRIMARY KEY, value BLOB NOT NULL);
  CREATE TABLE cancel_request(seq INTEGER PRIMARY KEY);
  CREATE TABLE suspect(seq INTEGER PRIMARY KEY, count INTEGER NOT NULL);
  CREATE TABLE trace(id INTEGER PRIMARY KEY, at INTEGER NOT NULL, source TEXT NOT NULL, body BLOB NOT NULL);
  CREATE TABLE straggler(seq INTEGER PRIMARY KEY);
  CREATE TABLE meta(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
`

/** Since version 3. Rows go when their child is settled; most tasks never have one. */
const DEPENDENCY_SCHEMA = `
  CREATE TABLE IF NOT EXISTS dependency(
    child INTEGER NOT NULL,
    parent INTEGER NOT NULL,
    on_failure INTEGER NOT NULL,   -- index in ON_PARENT_FAILURE; 3: a part of the child
    since INTEGER NOT NULL,        -- attempts of the parent up to this one do not count as its end
    PRIMARY KEY(child, parent)
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS dependency_parent ON dependency(parent);
  CREATE TABLE IF NOT EXISTS level(seq INTEGER PRIMARY KEY, level INTEGER NOT NULL);
`

/** Pages of the log before SQLite copies them into the file: 16 MiB, about 60,000 life cycles. */
const CHECKPOINT_PAGES = 4_000
const CACHE_KIB = 32 * 1_024

/** Somebody with an SQLite shell may hold the file for a moment; owners are told apart by their lock, at once. */
const BUSY_MS = 2_000

/** The write connection. A file of another program or a newer version is refused untouched. */
export function openWritable(path: string): DatabaseSync {
  const db = new DatabaseSync(path, { enableForeignKeyConstraints: false, timeout: BUSY_MS })
  try {
    if (isEmpty(db)) create(db)
    checkVersion(db, path)
    upgrade(db)
    db.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES};
      PRAGMA cache_size = -${CACHE_KIB};
      PRAGMA temp_store = MEMORY;
    `)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

/** For questions: it cannot write, whatever is asked. */
export function openReadable(path: string): DatabaseSync {
  const db = new DatabaseSync(path, { readOnly: true, timeout: 0 })
  db.exec(`PRAGMA cache_size = -${CACHE_KIB / 4}; PRAGMA temp_store = MEMORY;`)
  return db
}

/** For whoever does not own the file: it may be anything, and somebody may be at work on it. */
export function openForeignReadable(path: string): DatabaseSync {
  const db = new DatabaseSync(path, { readOnly: true, timeout: BUSY_MS })
  try {
    checkVersion(db, path)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

export function readMeta(db: DatabaseSync, name: string): number | undefined {
  const row = db.prepare('SELECT value FROM meta WHERE name = ?').get(name)
  return row === undefined ? undefined : cellNumber(row['value'])
}

export function writeMeta(db: DatabaseSync, name: string, value: number): void {
  db.prepare('INSERT OR REPLACE INTO meta(name, value) VALUES (?, ?)').run(name, value)
}

/** The highest seq ever accepted, whether its row is still there or was reclaimed. */
export function highestSeq(db: DatabaseSync): number {
  const row = db.prepare('SELECT coalesce(max(seq), 0) AS seq FROM task').get()
  return Math.max(cellNumber(row?.['seq']), readMeta(db, 'seq_max') ?? 0)
}

export function pragma(db: DatabaseSync, name: string): number {
  const row = db.prepare(`PRAGMA ${name}`).get()
  return cellNumber(row === undefined ? undefined : Object.values(row)[0])
}

function isEmpty(db: DatabaseSync): boolean {
  const tables = db.prepare('SELECT count(*) AS count FROM sqlite_schema').get()
  return tables?.['count'] === 0 && pragma(db, 'application_id') === 0
}

function create(db: DatabaseSync): void {
  // Both must be chosen before the first page is written.
  db.exec('PRAGMA page_size = 4096; PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL;')
  db.exec(`BEGIN IMMEDIATE; ${SCHEMA} ${DEPENDENCY_SCHEMA}
    PRAGMA application_id = ${APPLICATION_ID};
    PRAGMA user_version = ${SCHEMA_VERSION};
    INSERT INTO meta(name, value) VALUES ('clean', 1);
    COMMIT;`)
}

/** Version 2 knows attempts that ended a task until it was given another run, version 3 dependencies. */
function upgrade(db: DatabaseSync): void {
  if (pragma(db, 'user_version') === SCHEMA_VERSION) return
  db.exec(`BEGIN IMMEDIATE; ${DEPENDENCY_SCHEMA} PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT;`)
}

function checkVersion(db: DatabaseSync, path: string): void {
  if (pragma(db, 'application_id') !== APPLICATION_ID) {
    throw new OctopusError('E_STORE_CORRUPT', `${path} is a database of another program`, {
      hint: 'Name another file for the store. This one was not changed.',
    })
  }
  const version = pragma(db, 'user_version')
  if (version > SCHEMA_VERSION) {
    throw new OctopusError(
      'E_STORE_NEWER',
      `${path} was written by a newer version (schema ${version}, known here up to ${SCHEMA_VERSION})`,
      { hint: 'Upgrade octopus-executor, or open another store. This one was not changed.' },
    )
  }
}
