import JSON5 from 'json5';
import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import type { ConfigFile } from '../discover/discover.ts';
import { parseRulePack } from '../rules/loadRulePacks.ts';
import type { RulePack } from '../rules/rulePack.ts';

const Reason = Type.String({ minLength: 1, maxLength: 500, description: 'Why, for whoever reads it later' });

/** A judgement of a user on a node or an edge, by their stable identities. */
const Judgement = Type.Union([
  Type.Object({ node: Type.String(), reason: Reason }, { additionalProperties: false }),
  Type.Object({ source: Type.String(), target: Type.String(), reason: Reason }, { additionalProperties: false }),
]);
export type Judgement = Static<typeof Judgement>;

/** An argument of a call by its position from 0, or a property of an object passed there. */
const ArgumentPlace = Type.Union([
  Type.Integer({ minimum: 0 }),
  Type.Object(
    { argument: Type.Integer({ minimum: 0 }), key: Type.String({ minLength: 1 }) },
    { additionalProperties: false },
  ),
]);
export type ArgumentPlace = Static<typeof ArgumentPlace>;

/** A function of the workspace, or of a library, whose calls are HTTP calls. */
const HttpWrapper = Type.Object(
  {
    name: Type.String({ minLength: 1, description: 'The function as `name`, `Class.method` or as it is called' }),
    url: ArgumentPlace,
    method: Type.Optional(
      Type.Union([Type.String({ pattern: '^[A-Za-z]+$' }), ArgumentPlace], {
        description: 'The verb, or the argument that names it; POST with a body and GET without when absent',
      }),
    ),
    body: Type.Optional(ArgumentPlace),
  },
  { additionalProperties: false },
);
export type HttpWrapper = Static<typeof HttpWrapper>;

/** `pinata.json` at the top of a scanned folder. */
export const WorkspaceSettings = Type.Object(
  {
    $schema: Type.Optional(Type.String()),
    base_urls: Type.Optional(
      Type.Array(Type.String({ minLength: 1 }), {
        description: 'URLs that the scanned code serves: calls to these hosts are joined with its endpoints',
      }),
    ),
    prefixes: Type.Optional(
      Type.Array(Type.String({ minLength: 1 }), {
        description: 'Paths that a proxy, gateway or interceptor puts before the calls of this folder',
      }),
    ),
    wrappers: Type.Optional(
      Type.Array(HttpWrapper, { description: 'Functions whose calls are HTTP calls, with where the URL is passed' }),
    ),
    suppressions: Type.Optional(Type.Array(Judgement, { description: 'Nodes and links that are wrong' })),
    confirmations: Type.Optional(Type.Array(Judgement, { description: 'Links that are right' })),
    rule_packs: Type.Optional(
      Type.Array(Type.String({ minLength: 1 }), {
        description: 'Own rule packs, as paths relative to this file; ignored in folders that are not trusted',
      }),
    ),
  },
  { additionalProperties: false, $id: 'WorkspaceSettings' },
);
export type WorkspaceSettings = Static<typeof WorkspaceSettings>;

const validator = Compile(WorkspaceSettings);

/** The settings of one root, with the rule packs they name. */
export interface RootSettings {
  root: string;
  settings: WorkspaceSettings;
  rulePacks: RulePack[];
}

/** Settings of all roots, and what is wrong with files that cannot be used. */
export interface LoadedSettings {
  roots: RootSettings[];
  problems: { path: string; reason: string }[];
}

/**
 * Reads the `pinata.json` at the top of each root.
 * @param trusted whether rule packs of the workspace may be used
 */
export function loadWorkspaceSettings(configs: readonly ConfigFile[], trusted: boolean): LoadedSettings {
  const loaded: LoadedSettings = { roots: [], problems: [] };
  for (const config of configs) {
    if (config.file !== 'pinata.json') continue;
    const path = `${config.root}/${config.file}`;
    try {
      const settings = parseSettings(readFileSync(config.path, 'utf8'));
      const rulePacks = trusted ? loadPacks(config, settings) : [];
      loaded.roots.push({ root: config.root, settings, rulePacks });
    } catch (error) {
      loaded.problems.push({ path, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  return loaded;
}

function parseSettings(text: string): WorkspaceSettings {
  const value: unknown = JSON5.parse(text);
  if (validator.Check(value)) return value;
  const first = validator.Errors(value)[0];
  throw new Error(`${first?.instancePath ?? ''} ${first?.message ?? 'does not fit the schema'}`.trim());
}

/** Rule packs must lie below the folder of the settings. */
function loadPacks(config: ConfigFile, settings: WorkspaceSettings): RulePack[] {
  const folder = posix.dirname(config.path.replaceAll('\\', '/'));
  return (settings.rule_packs ?? []).map((relative) => {
    const path = posix.normalize(`${folder}/${relative}`);
    if (!path.startsWith(`${folder}/`)) throw new Error(`the rule pack ${relative} lies outside the folder`);
    return parseRulePack(relative, readFileSync(path, 'utf8'));
  });
}
