import { Kind } from '../../lower/tree.ts';
import { type Linker, visitNodes } from '../linker.ts';
import { isCSharp, type Location, type SourceFile } from '../sourceFile.ts';
import type { RouteTokens } from './aspnetRoutes.ts';

const DEFAULT_PATTERN = '{controller=Home}/{action=Index}/{id?}';
/** Registrations of conventional routes, with the position of the pattern and the names it may be given by. */
const REGISTRATIONS: Readonly<Record<string, number>> = {
  MapControllerRoute: 1,
  MapAreaControllerRoute: 2,
  MapRoute: 1,
  MapAreaRoute: 2,
  MapHttpRoute: 1,
  MapDefaultControllerRoute: -1,
  UseMvcWithDefaultRoute: -1,
};
const PATTERN_NAMES: ReadonlySet<string> = new Set(['pattern', 'template', 'url', 'routeTemplate']);

/** A conventional route: `{controller=Home}/{action=Index}/{id?}`. */
interface ConventionalRoute {
  file: SourceFile;
  pattern: string;
  /** The area all of its controllers are in; undefined when the pattern says it or there is none. */
  area: string | undefined;
  defaults: ReadonlyMap<string, string>;
}

/** A route of an action by convention, with the shorter URLs that defaults allow. */
export interface ConventionalMatch {
  route: string;
  shorter: string[];
}

/** The routes by convention that the scanned programs register. */
export class Conventions {
  readonly #linker: Linker;
  readonly #routes: ConventionalRoute[] = [];

  constructor(linker: Linker) {
    this.#linker = linker;
    for (const file of linker.program.files) {
      if (!isCSharp(file)) continue;
      visitNodes(file, (node) => {
        if (file.tree.kind(node) === Kind.Call) this.#visit({ file, node });
      });
    }
  }

  /** The route of an action of a controller, undefined when no program maps controllers by convention. */
  routeOf(file: SourceFile, tokens: RouteTokens, parameters: ReadonlySet<string>): ConventionalMatch | undefined {
    const fitting = this.#routes.filter((route) => route.file.root === file.root && fits(route, tokens));
    const closest = Math.max(...fitting.map((route) => commonFolders(route.file.path, file.path)));
    const route = fitting.find((candidate) => commonFolders(candidate.file.path, file.path) === closest);
    return route && fillIn(route, tokens, parameters);
  }

  #visit(at: Location): void {
    const { tree } = at.file;
    const position = REGISTRATIONS[tree.text(tree.child(at.node, 0))];
    if (position === undefined || this.#linker.expressions.calls.resolve(at).functions.length > 0) return;
    const args = tree.children(tree.child(at.node, 1));
    const value = (index: number, names: ReadonlySet<string>): Location => {
      const named = args.find((arg) => tree.kind(arg) === Kind.NamedArgument && names.has(tree.text(arg)));
      const positional = tree.kind(args[index] ?? 0) === Kind.NamedArgument ? 0 : (args[index] ?? 0);
      return { file: at.file, node: named === undefined ? positional : tree.child(named, 0) };
    };
    const { texts } = this.#linker;
    const pattern = position < 0 ? DEFAULT_PATTERN : texts.valuesOf(value(position, PATTERN_NAMES))[0]?.text;
    if (pattern === undefined) return;
    const area = position === 2 ? texts.valuesOf(value(1, new Set(['areaName'])))[0]?.text : undefined;
    const defaults = this.#defaults(value(position + 1, new Set(['defaults'])), pattern);
    this.#routes.push({ file: at.file, pattern, area, defaults });
  }

  /** Defaults of the pattern (`{action=Index}`) and of `new { action = "Index" }`. */
  #defaults(object: Location, pattern: string): Map<string, string> {
    const defaults = new Map<string, string>();
    for (const found of pattern.matchAll(/\{(\w+)(?::[^=}]*)?=([^}]*)\}/g))
      defaults.set(found[1] ?? '', found[2] ?? '');
    const { tree } = object.file;
    for (const property of tree.children(
      tree.kind(object.node) === Kind.New ? tree.child(object.node, 2) : object.node,
    )) {
      if (tree.kind(property) !== Kind.Property) continue;
      const text = this.#linker.texts.exactText({ file: object.file, node: tree.child(property, 0) });
      if (text !== undefined) defaults.set(tree.text(property), text);
    }
    return defaults;
  }
}

function fits(route: ConventionalRoute, tokens: RouteTokens): boolean {
  const takesArea = route.area?.toLowerCase() === tokens.area.toLowerCase() || /\{area\b/.test(route.pattern);
  if ((tokens.area !== '') !== (route.area !== undefined || /\{area\b/.test(route.pattern))) return false;
  if (tokens.area !== '' && !takesArea) return false;
  return takes(route, 'controller', tokens.controller) && takes(route, 'action', tokens.action);
}

/** Whether the pattern has a parameter, or its default is the value. */
function takes(route: ConventionalRoute, name: string, value: string): boolean {
  return (
    new RegExp(`\\{${name}\\b`).test(route.pattern) || route.defaults.get(name)?.toLowerCase() === value.toLowerCase()
  );
}

/** The pattern with the tokens put in; parameters the action does not have and that may be missing are left out. */
function fillIn(route: ConventionalRoute, tokens: RouteTokens, parameters: ReadonlySet<string>): ConventionalMatch {
  const kept: { text: string; omissible: boolean }[] = [];
  for (const segment of route.pattern.split('/').filter((part) => part !== '')) {
    const name = /^\{(\w+)/.exec(segment)?.[1] ?? '';
    const token = name === 'controller' || name === 'action' || name === 'area' ? tokens[name] : undefined;
    const byDefault = route.defaults.get(name);
    if (token !== undefined) kept.push({ text: token, omissible: byDefault?.toLowerCase() === token.toLowerCase() });
    else if (name === '') kept.push({ text: segment, omissible: false });
    else if (parameters.has(name.toLowerCase()))
      kept.push({ text: segment, omissible: segment.endsWith('?}') || byDefault !== undefined });
    else if (!segment.endsWith('?}') && byDefault === undefined) kept.push({ text: segment, omissible: false });
  }
  const shorter: string[] = [];
  for (let count = kept.length; count > 0 && kept[count - 1]?.omissible; count--) {
    shorter.push(
      kept
        .slice(0, count - 1)
        .map(({ text }) => text)
        .join('/'),
    );
  }
  return { route: kept.map(({ text }) => text).join('/'), shorter };
}

function commonFolders(a: string, b: string): number {
  const left = a.split('/').slice(0, -1);
  const right = b.split('/').slice(0, -1);
  let count = 0;
  while (count < left.length && left[count] === right[count]) count++;
  return count;
}
