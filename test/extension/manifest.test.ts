import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..');
const Item = Type.Object({ command: Type.String(), when: Type.Optional(Type.String()) });
const Manifest = Type.Object({
  contributes: Type.Object({
    commands: Type.Array(Type.Object({ command: Type.String(), title: Type.String() })),
    menus: Type.Record(Type.String(), Type.Array(Item)),
    configuration: Type.Object({
      properties: Type.Record(
        Type.String(),
        Type.Object({ scope: Type.String(), markdownDescription: Type.String({ minLength: 30 }), default: Type.Any() }),
      ),
    }),
    viewsWelcome: Type.Array(Type.Object({ when: Type.String(), contents: Type.String() })),
    walkthroughs: Type.Array(
      Type.Object({ steps: Type.Array(Type.Object({ description: Type.String(), media: Type.Any() })) }),
    ),
  }),
  capabilities: Type.Object({
    untrustedWorkspaces: Type.Object({
      supported: Type.Literal('limited'),
      restrictedConfigurations: Type.Array(Type.String()),
    }),
    virtualWorkspaces: Type.Object({ supported: Type.Literal('limited') }),
  }),
});
const text = readFileSync(join(ROOT, 'package.json'), 'utf8');
const { contributes, capabilities } = Value.Parse(Manifest, JSON.parse(text));
/** Read rather than imported: the table of commands needs VS Code. */
const registered = [...readFileSync(join(ROOT, 'extension', 'commands.ts'), 'utf8').matchAll(/'(pinata\.\w+)':/g)].map(
  ([, id]) => id,
);

const PRODUCT_COMMANDS = [
  'Scan Workspace',
  'Scan Folder…',
  'Cancel Scan',
  'Rescan Changed Files',
  'Show Results',
  'Show Workflow at Cursor',
  'Find What Reads or Writes This Table',
  'Compare with Previous Scan',
  'Export Results…',
  'Show Scan History',
  'Connect to Server…',
  'Set Server Token',
  'Restart Server',
  'Diagnose',
  'Show Log',
];

describe('what package.json contributes', () => {
  it('has every command of the product, and each is registered', () => {
    const titles = contributes.commands.map(({ title }) => title);
    expect(titles).toEqual(expect.arrayContaining(PRODUCT_COMMANDS));
    for (const { command } of contributes.commands) expect(registered).toContain(command);
  });

  it('names only commands that exist, in menus, welcome views and the walkthrough', () => {
    const known = new Set(contributes.commands.map(({ command }) => command));
    for (const { command } of Object.values(contributes.menus).flat()) expect(known).toContain(command);
    const texts = [
      ...contributes.viewsWelcome.map(({ contents }) => contents),
      ...contributes.walkthroughs.flatMap(({ steps }) => steps.map(({ description }) => description)),
    ];
    const linked = texts.flatMap((each) => [...each.matchAll(/command:(pinata\.\w+)/g)].map(([, id]) => id));
    expect(linked.length).toBeGreaterThan(5);
    for (const id of linked) expect(registered).toContain(id);
  });

  it('keeps commands that need a line of the view out of the palette', () => {
    const hidden = contributes.menus['commandPalette']
      ?.filter(({ when }) => when === 'false')
      .map((item) => item.command);
    expect(hidden).toEqual(expect.arrayContaining(['pinata.showInPanel', 'pinata.copyName', 'pinata.scanThisFolder']));
  });

  it('lets no workspace decide which server runs, what it connects to and what it tells', () => {
    const settings = contributes.configuration.properties;
    for (const name of ['pinata.server.url', 'pinata.redisUrl', 'pinata.log.level']) {
      expect(settings[name]?.scope).toBe('machine');
      expect(capabilities.untrustedWorkspaces.restrictedConfigurations).toContain(name);
    }
    for (const name of ['pinata.exclude', 'pinata.codeLens', 'pinata.rescanOnSave']) {
      expect(settings[name]?.scope).toBe('resource');
    }
  });

  it('shows pictures that are there', () => {
    const paths = [...text.matchAll(/"(extension\/media\/[^"]+)"/g)].map(([, path]) => path ?? '');
    expect(paths.length).toBeGreaterThan(8);
    for (const path of paths) expect(existsSync(join(ROOT, path)), path).toBe(true);
  });
});
