import { applyEdits, modify, type ParseError, parse } from 'jsonc-parser/lib/esm/main.js';
import { Type } from 'typebox';
import { Value } from 'typebox/value';

/** What the user says of the link between two nodes, as `pinata.json` keeps it. */
export interface Judgement {
  verdict: 'wrong' | 'right';
  source: string;
  target: string;
  reason: string;
}

const Entry = Type.Object({ source: Type.String(), target: Type.String() });
const LISTS = { wrong: 'suppressions', right: 'confirmations' } as const;

/**
 * The text of `pinata.json` with a judgement in it: comments and layout stay, an older judgement of the same link goes.
 * @param text the file as it is; empty when there is none
 * @throws Error when the text is not JSON (comments and trailing commas allowed), or a list in it is none
 */
export function withJudgement(text: string, { verdict, source, target, reason }: Judgement): string {
  const begun = text.trim() === '' ? '{}\n' : text;
  const errors: ParseError[] = [];
  const settings: unknown = parse(begun, errors, { allowTrailingComma: true });
  if (errors.length > 0 || typeof settings !== 'object' || settings === null || Array.isArray(settings)) {
    throw new Error(
      'pinata.json cannot be changed by Pinata, because it is not JSON with comments. Change it by hand.',
    );
  }
  let changed = begun;
  for (const list of Object.values(LISTS)) changed = withoutLink(changed, list, settings, source, target);
  const entry = { source, target, reason };
  const list = LISTS[verdict];
  const length = entriesOf(settings, list).filter((each) => !isOf(each, source, target)).length;
  const isThere = Object.hasOwn(settings, list);
  return isThere ? edited(changed, [list, length], entry) : edited(changed, [list], [entry]);
}

function withoutLink(text: string, list: string, settings: object, source: string, target: string): string {
  let changed = text;
  const entries = entriesOf(settings, list);
  for (const [index, entry] of [...entries.entries()].reverse()) {
    if (isOf(entry, source, target)) changed = edited(changed, [list, index], undefined);
  }
  return changed;
}

function entriesOf(settings: object, list: string): unknown[] {
  const value: unknown = Object.entries(settings).find(([name]) => name === list)?.[1];
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw new Error(`"${list}" in pinata.json is not a list. Change it by hand.`);
  return value;
}

function isOf(entry: unknown, source: string, target: string): boolean {
  return Value.Check(Entry, entry) && entry.source === source && entry.target === target;
}

function edited(text: string, path: (string | number)[], value: unknown): string {
  const formattingOptions = {
    insertSpaces: !/^\t/m.test(text),
    tabSize: 2,
    eol: text.includes('\r\n') ? '\r\n' : '\n',
  };
  // A new list comes first: behind the last one it would push a comment away from what it is about.
  return applyEdits(text, modify(text, path, value, { formattingOptions, getInsertionIndex: () => 0 }));
}
