import { Type } from 'typebox';
import { Value } from 'typebox/value';
import type { Log } from '../log.ts';

/** The part of a pino record that is shown. Levels: 10 trace, 20 debug, 30 info, 40 warn, 50 error, 60 fatal. */
const Record = Type.Object({
  level: Type.Number(),
  msg: Type.Optional(Type.String()),
  err: Type.Optional(Type.Object({ message: Type.Optional(Type.String()), stack: Type.Optional(Type.String()) })),
});

/** Writes one line of the server's stderr at its level; a line that is no log record is a warning of Node or a crash. */
export function writeServerLine(log: Log, line: string): void {
  const record = parseRecord(line);
  if (!record) {
    if (/^\((node:\d+|Use `node --trace)/.test(line)) log.warn(`server: ${line}`);
    else if (line.trim() !== '') log.error(`server: ${line}`);
    return;
  }
  const details = record.err?.stack ?? record.err?.message;
  const text = `server: ${record.msg ?? ''}${details === undefined ? '' : `\n${details}`}`;
  if (record.level >= 50) log.error(text);
  else if (record.level >= 40) log.warn(text);
  else if (record.level >= 30) log.info(text);
  else log.debug(text);
}

function parseRecord(line: string) {
  try {
    const value: unknown = JSON.parse(line);
    return Value.Check(Record, value) ? value : null;
  } catch {
    // Not JSON: Node's own words on a crash.
    return null;
  }
}
