/** A check that tells whether a value from outside has the shape `T`. */
export type Guard<T> = (value: unknown) => value is T;

type OptionalKeys<T> = { [K in keyof T]-?: object extends Pick<T, K> ? K : never }[keyof T];
type RequiredKeys<T> = Exclude<keyof T, OptionalKeys<T>>;
type Required<T> = { [K in RequiredKeys<T>]: Guard<T[K]> };
type Optional<T> = { [K in OptionalKeys<T>]-?: Guard<Exclude<T[K], undefined>> };

export const isText: Guard<string> = (value) => typeof value === 'string';
export const isNumber: Guard<number> = (value): value is number => typeof value === 'number' && Number.isFinite(value);
export const isFlag: Guard<boolean> = (value) => typeof value === 'boolean';

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function nullable<T>(guard: Guard<T>): Guard<T | null> {
  return (value): value is T | null => value === null || guard(value);
}

export function listOf<T>(guard: Guard<T>): Guard<T[]> {
  return (value): value is T[] => Array.isArray(value) && value.every((item) => guard(item));
}

export function recordOf<T>(guard: Guard<T>): Guard<Record<string, T>> {
  return (value): value is Record<string, T> => isObject(value) && Object.values(value).every((item) => guard(item));
}

/** One of the words that are keys of `words`; the record makes the compiler ask for every word of a union. */
export function oneOf<T extends string>(words: Readonly<Record<T, unknown>>): Guard<T> {
  return (value): value is T => typeof value === 'string' && Object.hasOwn(words, value);
}

/**
 * An object with these properties. Properties it does not name are let through, so that an older page reads the answers
 * of a newer server.
 */
export function shape<T extends object>(required: Required<T>, optional: Optional<T>): Guard<T> {
  const must: [string, Guard<unknown>][] = Object.entries(required);
  const may: [string, Guard<unknown>][] = Object.entries(optional);
  return (value): value is T =>
    isObject(value) &&
    must.every(([key, guard]) => guard(value[key])) &&
    may.every(([key, guard]) => value[key] === undefined || guard(value[key]));
}
