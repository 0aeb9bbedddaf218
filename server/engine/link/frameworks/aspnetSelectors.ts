import { Kind } from '../../lower/tree.ts';
import {
  type Attribute,
  attributeArgument,
  attributeClass,
  attributesOf,
  attributeText,
  namedAttributeArgument,
} from '../attributes.ts';
import { parametersOf } from '../callResolver.ts';
import type { Linker } from '../linker.ts';
import type { Location } from '../sourceFile.ts';
import type { FunctionSymbol, TypeSymbol } from '../symbols.ts';

const VERBS: Readonly<Record<string, string>> = {
  HttpGet: 'GET',
  HttpPost: 'POST',
  HttpPut: 'PUT',
  HttpDelete: 'DELETE',
  HttpPatch: 'PATCH',
  HttpHead: 'HEAD',
  HttpOptions: 'OPTIONS',
};
const ROUTES: ReadonlySet<string> = new Set(['Route', 'RoutePrefix']);

/** What an attribute says of a route. */
export interface RouteAttribute {
  at: Location;
  /** Empty for `[Route]`, which says nothing of the method. */
  methods: readonly string[];
  template: string | undefined;
}

/** One way in which an action is reached. */
export interface Selector {
  /** The attribute the endpoint begins with; undefined where none is written. */
  at: Location | undefined;
  /** `ANY` when every method is served. */
  method: string;
  template: string | undefined;
}

/** Reads route and verb attributes, those of own attribute classes derived from them too. */
export class RouteAttributes {
  readonly #linker: Linker;

  constructor(linker: Linker) {
    this.#linker = linker;
  }

  read(attributes: readonly Attribute[]): RouteAttribute[] {
    return attributes.flatMap((attribute) => this.#read(attribute) ?? []);
  }

  #read(attribute: Attribute): RouteAttribute | undefined {
    const { texts } = this.#linker;
    const { name, at } = attribute;
    const verb = VERBS[name];
    if (verb !== undefined) return { at, methods: [verb], template: attributeText(texts, attribute, 0, 'template') };
    if (ROUTES.has(name)) return { at, methods: [], template: attributeText(texts, attribute, 0, 'template') ?? '' };
    if (name === 'AcceptVerbs')
      return {
        at,
        methods: this.#acceptedVerbs(attribute),
        template: this.#text(namedAttributeArgument(attribute, 'Route')),
      };
    return this.#derived(attribute);
  }

  #text(at: Location): string | undefined {
    return this.#linker.texts.valuesOf(at)[0]?.text;
  }

  #acceptedVerbs(attribute: Attribute): string[] {
    const verbs: string[] = [];
    for (let index = 0; ; index++) {
      const at = attributeArgument(attribute, index);
      if (at.node === 0) return verbs;
      const text = this.#text(at);
      if (text !== undefined) verbs.push(text.toUpperCase());
    }
  }

  /** An attribute class of the scanned code that derives from `RouteAttribute` or `HttpGetAttribute`. */
  #derived(attribute: Attribute): RouteAttribute | undefined {
    const { program } = this.#linker;
    const type = attributeClass(program, attribute);
    if (!type) return undefined;
    for (const base of program.externalLineage(program.selfType(type))) {
      const name = base.name.replace(/Attribute$/, '');
      const verb = VERBS[name];
      if (verb === undefined && !ROUTES.has(name)) continue;
      const template = this.#templateOf(type, attribute);
      return {
        at: attribute.at,
        methods: verb === undefined ? [] : [verb],
        template: template ?? (verb === undefined ? '' : undefined),
      };
    }
    return undefined;
  }

  /** What a derived attribute's constructor hands to its base, with the constructor's own arguments put in. */
  #templateOf(type: TypeSymbol, attribute: Attribute): string | undefined {
    for (const constructor of type.constructors) {
      const { file, node } = constructor;
      const { tree } = file;
      const call = tree
        .children(tree.child(node, 3))
        .find((child) => tree.kind(child) === Kind.Call && tree.kind(tree.child(child, 0)) === Kind.Base);
      if (call === undefined) continue;
      const handed = { file, node: tree.children(tree.child(call, 1))[0] ?? 0 };
      const names = parametersOf(constructor).map((parameter) => tree.text(parameter));
      const isParameter = tree.kind(handed.node) === Kind.Identifier && names.includes(tree.text(handed.node));
      const text = isParameter ? `{${tree.text(handed.node)}}` : this.#text(handed);
      if (text === undefined) continue;
      return names.reduce((sofar, name, index) => {
        const value = this.#text(attributeArgument(attribute, index));
        return value === undefined ? sofar : sofar.replaceAll(`{${name}}`, value);
      }, text);
    }
    return undefined;
  }
}

/**
 * Sorts an action's attributes into selectors: each template makes one; verbs without a template belong to the
 * `[Route]` templates beside them, or else make one of their own (DefaultApplicationModelProvider.CreateSelectors).
 */
export function selectorsOf(attributes: readonly RouteAttribute[]): Selector[] {
  const verbs = attributes.filter((attribute) => attribute.template === undefined);
  const selectors: Selector[] = [];
  let hasPlainRoute = false;
  for (const attribute of attributes) {
    if (attribute.template === undefined) continue;
    const isPlain = attribute.methods.length === 0;
    hasPlainRoute ||= isPlain;
    selectors.push(...eachMethod(isPlain && verbs.length > 0 ? verbs : [attribute], attribute.template));
  }
  if (!hasPlainRoute) selectors.push(...eachMethod(verbs, undefined));
  return selectors.length > 0 ? selectors : [{ at: undefined, method: 'ANY', template: undefined }];
}

function eachMethod(attributes: readonly RouteAttribute[], template: string | undefined): Selector[] {
  return attributes.flatMap(({ at, methods }) =>
    (methods.length === 0 ? ['ANY'] : methods).map((method) => ({ at, method, template })),
  );
}

/** The attributes of an action, or of the method it overrides where it has no route of its own. */
export function actionAttributes(
  action: FunctionSymbol,
  lineage: readonly TypeSymbol[],
  read: (attributes: readonly Attribute[]) => RouteAttribute[],
): RouteAttribute[] {
  const own = read(attributesOf(action));
  if (own.length > 0) return own;
  for (const type of lineage) {
    for (const overridden of type.methods.get(action.name) ?? []) {
      if (overridden === action || parametersOf(overridden).length !== parametersOf(action).length) continue;
      const inherited = read(attributesOf(overridden));
      if (inherited.length > 0) return inherited;
    }
  }
  return [];
}
