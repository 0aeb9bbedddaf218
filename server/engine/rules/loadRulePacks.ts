import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Compile } from 'typebox/compile';
import { RulePack } from './rulePack.ts';

const BUNDLED = !import.meta.url.endsWith('.ts');
const PACK_FOLDER = fileURLToPath(new URL(BUNDLED ? './rules/' : './packs/', import.meta.url));

const validator = Compile(RulePack);

/**
 * Reads one rule pack from JSON text.
 * @throws {Error} naming the pack and the first place that does not fit the schema
 */
export function parseRulePack(name: string, json: string): RulePack {
  const value: unknown = JSON.parse(json);
  if (validator.Check(value)) return value;
  const first = validator.Errors(value)[0];
  throw new Error(`rule pack ${name}: ${first ? `${first.instancePath} ${first.message}` : 'does not fit the schema'}`);
}

let builtIn: readonly RulePack[] | undefined;

/** The rule packs that ship with Pinata, in file-name order. */
export function loadRulePacks(): readonly RulePack[] {
  builtIn ??= readdirSync(PACK_FOLDER)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => parseRulePack(name, readFileSync(`${PACK_FOLDER}/${name}`, 'utf8')));
  return builtIn;
}
