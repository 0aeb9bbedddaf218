import { chmodSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { errorMessage } from '../errorMessage.ts';
import { MIGRATIONS } from './migrations.ts';

/** How long a statement waits for another process's write; writers keep their transactions far shorter. */
const BUSY_TIMEOUT_MS = 5000;

/**
 * Opens the database, creating or migrating it. Readable by its owner only, since results quote source code.
 * @throws {Error} with the path, when the file or its folder cannot be written or was made by a newer version
 */
export function openDatabase(path: string): DatabaseSync {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
    chmodSync(path, 0o600);
    // Only a database without tables can still be told to give pages back.
    database.exec('PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
    // What a user deletes is overwritten: results quote source code.
    database.exec('PRAGMA temp_store = MEMORY; PRAGMA secure_delete = ON;');
    migrate(database);
    return database;
  } catch (error) {
    throw new Error(`The result store ${path} cannot be opened: ${errorMessage(error)}`, { cause: error });
  }
}

/** Runs `work` in a transaction that takes the write lock at once, so that it cannot fail half-way for want of it. */
export function transaction(database: DatabaseSync, work: () => void): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    work();
    database.exec('COMMIT');
  } catch (error) {
    // A full disk makes SQLite roll back by itself.
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

/** How long the event loop may stand still for emptying the log. */
const LOG_TIMEOUT_MS = 50;
/** Pages given back at once; keeps other writers waiting for a few milliseconds only. */
const PAGES_AT_ONCE = 500;

/** Makes the file as small as what it holds, and empties the log, which still has what was deleted. */
export async function returnFreePages(database: DatabaseSync): Promise<void> {
  for (let before = Infinity; database.isOpen;) {
    const free = Number(database.prepare('PRAGMA freelist_count').get()?.['freelist_count'] ?? 0);
    // A database of an earlier version keeps its free pages for the next results.
    if (free === 0 || free >= before) break;
    before = free;
    database.exec(`PRAGMA incremental_vacuum(${PAGES_AT_ONCE})`);
    await new Promise((resolve) => setImmediate(resolve));
  }
  if (!database.isOpen) return;
  // While another process writes, the log is emptied by whoever closes the database last.
  database.exec(`PRAGMA busy_timeout = ${LOG_TIMEOUT_MS}`);
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
}

function migrate(database: DatabaseSync): void {
  if (version(database) === MIGRATIONS.length) return;
  transaction(database, () => {
    const from = version(database);
    if (from > MIGRATIONS.length) throw new Error(`it was made by a newer version of Pinata (schema ${from})`);
    for (const migration of MIGRATIONS.slice(from)) database.exec(migration);
    database.exec(`PRAGMA user_version = ${MIGRATIONS.length}`);
  });
}

function version(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0);
}
