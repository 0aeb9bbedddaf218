import type { Static, TSchema } from 'typebox';
import { Compile } from 'typebox/compile';

/**
 * A reader of JSON text from the database. The text is checked, since another version or a damaged file may hold
 * something else.
 * @throws {Error} from the reader, for text that does not fit the schema
 */
export function storedJson<T extends TSchema>(schema: T, what: string): (text: unknown) => Static<T> {
  const check = Compile(schema);
  return (text) => {
    const value: unknown = JSON.parse(String(text));
    if (check.Check(value)) return value;
    throw new Error(`the result store holds a ${what} that this version cannot read; scan again`);
  };
}
