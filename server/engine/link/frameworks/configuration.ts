import { posix } from 'node:path';
import type { ConfigFile } from '../../discover/discover.ts';
import { Kind } from '../../lower/tree.ts';
import type { Expressions } from '../expressions.ts';
import { folderOf, isWithin, readJsonFile } from '../jsonFiles.ts';
import { visitNodes } from '../linker.ts';
import { isCSharp, type Location, type SourceFile } from '../sourceFile.ts';
import type { TypeSymbol } from '../symbols.ts';
import type { Texts, TextValue } from '../values.ts';
import type { Framework, Preparation } from './framework.ts';

const SETTINGS_FILE = /^appsettings(\..+)?\.json$/i;
const CONFIGURATION = /^(IConfiguration(Root|Section|Manager)?|Configuration(Root|Section|Manager))$/;
const SECTION = /^Get(Required)?Section$/;
/** What such a key holds is no part of any URL or name that is shown. */
const SECRET = /password|secret|token|apikey|connectionstring|credential|privatekey/i;
const BINDINGS: ReadonlySet<string> = new Set(['Configure', 'Bind', 'Get', 'BindConfiguration']);
const MAX_STEPS = 12;

/**
 * Values of `appsettings*.json` where code reads them: `configuration["Catalog:Url"]`, `GetValue<string>(…)`, sections,
 * and options classes that are bound to a section.
 */
export const configuration: Framework = {
  name: 'configuration',
  prepare(preparation) {
    const files = preparation.configs.filter(({ file }) => SETTINGS_FILE.test(posix.basename(file)));
    if (files.length === 0) return;
    const values = new ConfigurationValues(preparation, files);
    preparation.texts.outside = (at) => values.valuesOf(at);
  },
};

/** The settings of one folder: values by key, lower case, parts divided by `:`. */
interface Settings {
  root: string;
  folder: string;
  values: Map<string, { text: string; from: string }[]>;
}

class ConfigurationValues {
  readonly #expressions: Expressions;
  readonly #texts: Texts;
  readonly #files: readonly SourceFile[];
  readonly #settings: readonly Settings[];
  #sections: Map<TypeSymbol, string> | undefined;

  constructor({ program, expressions, texts }: Preparation, configs: readonly ConfigFile[]) {
    this.#expressions = expressions;
    this.#texts = texts;
    this.#files = program.files;
    this.#settings = readSettings(configs);
  }

  /** The texts an expression reads from the settings; empty for any other expression. */
  valuesOf(at: Location): TextValue[] {
    if (!isCSharp(at.file)) return [];
    const key = this.#keyRead(at);
    if (key === undefined || SECRET.test(key)) return [];
    return this.#lookUp(at.file, key.toLowerCase()).map(({ text, from }) => ({
      text,
      exact: true,
      parts: [`${key} = ${text} (${from})`],
    }));
  }

  #keyRead(at: Location): string | undefined {
    const { tree } = at.file;
    switch (tree.kind(at.node)) {
      case Kind.Index: {
        const section = this.#sectionOf(this.#expressions.child(at, 0));
        return section === undefined ? undefined : joinKey(section, this.#textOf(this.#expressions.child(at, 1)));
      }
      case Kind.Call: {
        if (tree.text(tree.child(at.node, 0)) !== 'GetValue') return undefined;
        const args = tree.children(tree.child(at.node, 1)).map((node) => ({ file: at.file, node }));
        const key = args.find((argument) => tree.kind(argument.node) !== Kind.Call);
        const section = this.#sectionOf(this.#expressions.child(this.#expressions.child(at, 0), 0));
        return section === undefined || !key ? undefined : joinKey(section, this.#textOf(key));
      }
      case Kind.Member:
        return this.#keyOfMember(at);
      default:
        return undefined;
    }
  }

  /** `section.Value`, or a property of an options class. */
  #keyOfMember(at: Location): string | undefined {
    const { tree } = at.file;
    const name = tree.text(at.node);
    const object = this.#expressions.child(at, 0);
    if (name === 'Value' && tree.kind(object.node) === Kind.Call) return this.#sectionOf(object);
    const on = this.#expressions.typeOf(object);
    if (on.kind !== 'project') return undefined;
    const section = this.#boundSections().get(on.symbol);
    if (section !== undefined) return joinKey(section, name);
    // A property of a class that is itself a property of an options class.
    const outer = tree.kind(object.node) === Kind.Member ? this.#keyOfMember(object) : undefined;
    return outer === undefined ? undefined : joinKey(outer, name);
  }

  /** The path of the configuration an expression is: '' for the root, undefined where it is none. */
  #sectionOf(at: Location, steps = 0): string | undefined {
    const { tree } = at.file;
    if (at.node === 0 || steps > MAX_STEPS) return undefined;
    if (tree.kind(at.node) === Kind.Call && SECTION.test(tree.text(tree.child(at.node, 0)))) {
      const outer = this.#sectionOf(this.#expressions.child(this.#expressions.child(at, 0), 0), steps + 1);
      const key = { file: at.file, node: tree.children(tree.child(at.node, 1))[0] ?? 0 };
      return outer === undefined ? undefined : joinKey(outer, this.#textOf(key));
    }
    if (tree.kind(at.node) === Kind.Identifier) {
      const local = at.file.findLocal(tree.text(at.node), at.node);
      const initial = tree.kind(local) === Kind.Variable ? tree.child(local, 2) : 0;
      const found = initial === 0 ? undefined : this.#sectionOf({ file: at.file, node: initial }, steps + 1);
      if (found !== undefined) return found;
    }
    const type = this.#expressions.typeOf(at);
    if (type.kind === 'external') return CONFIGURATION.test(type.name) ? '' : undefined;
    // `context.Configuration` of a builder's callback.
    return type.kind === 'unknown' && tree.kind(at.node) === Kind.Member && tree.text(at.node) === 'Configuration'
      ? ''
      : undefined;
  }

  #textOf(at: Location): string | undefined {
    return this.#texts.exactText(at);
  }

  /** Sections by the class they are bound to: `Configure<Options>(configuration.GetSection("Options"))`. */
  #boundSections(): Map<TypeSymbol, string> {
    if (this.#sections) return this.#sections;
    this.#sections = new Map();
    const sections = this.#sections;
    for (const file of this.#files) {
      if (!isCSharp(file)) continue;
      visitNodes(file, (node) => {
        if (file.tree.kind(node) !== Kind.Call || !BINDINGS.has(file.tree.text(file.tree.child(node, 0)))) return;
        const bound = this.#binding({ file, node });
        if (bound && !sections.has(bound.type)) sections.set(bound.type, bound.section);
      });
    }
    return sections;
  }

  #binding(at: Location): { type: TypeSymbol; section: string } | undefined {
    const { file } = at;
    const { tree } = file;
    const name = tree.text(tree.child(at.node, 0));
    const [argument] = tree.children(tree.child(at.node, 1)).map((node) => ({ file, node }));
    const receiver = this.#expressions.child(this.#expressions.child(at, 0), 0);
    const type = this.#typeArgument(at) ?? this.#optionsOf(receiver) ?? this.#instance(name, at);
    if (!type) return undefined;
    const section =
      name === 'Get'
        ? this.#sectionOf(receiver)
        : name === 'BindConfiguration'
          ? argument && this.#textOf(argument)
          : argument && (this.#sectionOf(argument) ?? this.#sectionOf(receiver));
    return section === undefined || section === '' ? undefined : { type, section };
  }

  #typeArgument({ file, node }: Location): TypeSymbol | undefined {
    const written = file.tree.children(file.tree.child(node, 2))[0];
    const type =
      written === undefined ? undefined : this.#expressions.program.typeFromReference({ file, node: written });
    return type?.kind === 'project' ? type.symbol : undefined;
  }

  /** `services.AddOptions<Options>().Bind(…)`. */
  #optionsOf(receiver: Location): TypeSymbol | undefined {
    const { tree } = receiver.file;
    const isOptions =
      tree.kind(receiver.node) === Kind.Call && tree.text(tree.child(receiver.node, 0)).startsWith('AddOptions');
    return isOptions ? this.#typeArgument(receiver) : undefined;
  }

  /** `configuration.GetSection("Options").Bind(options)`. */
  #instance(name: string, { file, node }: Location): TypeSymbol | undefined {
    const argument = name === 'Bind' ? (file.tree.children(file.tree.child(node, 1))[0] ?? 0) : 0;
    const type = this.#expressions.typeOf({ file, node: argument });
    return type.kind === 'project' ? type.symbol : undefined;
  }

  /** Of the settings in a folder around the file, else of all folders where they agree. */
  #lookUp(file: SourceFile, key: string): readonly { text: string; from: string }[] {
    const own = posix.dirname(`${file.root}/${file.path}`);
    const known = this.#settings.filter(({ root, values }) => root === file.root && values.has(key));
    const around = known.filter(({ folder }) => isWithin(folder, own));
    const [closest] = around.sort((a, b) => b.folder.length - a.folder.length);
    if (closest) return closest.values.get(key) ?? [];
    const all = known.map(({ values }) => values.get(key) ?? []);
    const texts = new Set(all.map((found) => found[0]?.text));
    return texts.size === 1 ? (all[0] ?? []) : [];
  }
}

/** Settings folder by folder; `appsettings.json` comes before those of an environment. */
function readSettings(configs: readonly ConfigFile[]): Settings[] {
  const folders = new Map<string, Settings>();
  const ordered = [...configs].sort((a, b) => a.file.length - b.file.length || (a.file < b.file ? -1 : 1));
  for (const config of ordered) {
    const folder = folderOf(config);
    const settings = folders.get(folder) ?? { root: config.root, folder, values: new Map() };
    folders.set(folder, settings);
    addValues(settings, readJsonFile(config), '', posix.basename(config.file));
  }
  return [...folders.values()];
}

function addValues({ values, ...settings }: Settings, value: unknown, path: string, from: string): void {
  if (typeof value === 'string') {
    const known = values.get(path) ?? [];
    if (value !== '' && known.every(({ text }) => text !== value)) values.set(path, [...known, { text: value, from }]);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value))
    addValues({ values, ...settings }, inner, path === '' ? key.toLowerCase() : `${path}:${key.toLowerCase()}`, from);
}

function joinKey(section: string, key: string | undefined): string | undefined {
  if (key === undefined) return undefined;
  return section === '' ? key : `${section}:${key}`;
}
