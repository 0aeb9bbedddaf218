import { Kind } from '../../lower/tree.ts';
import { propertyIn } from '../decorators.ts';
import type { Expressions } from '../expressions.ts';
import { visitNodes } from '../linker.ts';
import type { ExternalType, Program } from '../program.ts';
import { isCSharp, type Location } from '../sourceFile.ts';
import { pushTo } from '../symbols.ts';
import type { Type } from '../types.ts';
import type { Framework } from './framework.ts';

const MODEL = 'mongoose#Model';
const SCHEMA = 'mongoose#Schema';
/** Objects of a schema that hold functions of its models and documents, and the calls that add one. */
const HOLDERS = /^(statics|methods)$/;
const ADDERS = /^(static|method)$/;

/**
 * Functions that a Mongoose schema gives to its models and documents: `schema.statics.byName = function () {…}`, also
 * in a plugin. They can be called on the model, which `this` is inside.
 */
export const mongooseSchemas: Framework = {
  name: 'mongoose_schemas',
  prepare({ program, expressions }) {
    const usesMongoose = [...program.table.modules.values()].some(({ imports }) =>
      [...imports.values()].some(({ module }) => module === 'mongoose'),
    );
    if (!usesMongoose) return;
    const schemas = new SchemaFunctions(program, expressions);
    expressions.frameworkTypes.externalMember = (on, name) => schemas.member(on, name);
    expressions.frameworkTypes.thisAt = (at) => schemas.thisAt(at);
  },
};

/** A function and the expression of the schema it is given to. */
interface Given {
  schema: Location;
  name: string;
  fn: Location;
}

class SchemaFunctions {
  readonly #program: Program;
  readonly #expressions: Expressions;
  /** Functions by schema and name. */
  readonly #members = new Map<string, Type>();
  /** Schemas of each function. */
  readonly #schemasOf = new Map<string, string[]>();
  /** Calls that make a model, by schema. */
  readonly #models = new Map<string, Location[]>();
  /** Schemas that a plugin is applied to, by the plugin's function. */
  readonly #pluggedInto = new Map<string, string[]>();

  constructor(program: Program, expressions: Expressions) {
    this.#program = program;
    this.#expressions = expressions;
    const given: Given[] = [];
    for (const file of program.files) {
      if (isCSharp(file)) continue;
      visitNodes(file, (node) => {
        const kind = file.tree.kind(node);
        if (kind === Kind.Assign) given.push(...assigned({ file, node }));
        else if (kind === Kind.Call || kind === Kind.New) given.push(...this.#readCall({ file, node }));
      });
    }
    for (const one of given) this.#add(one);
  }

  /** What a model, or a document of it, is given by its schema under a name. */
  member(on: ExternalType, name: string): Type | undefined {
    if (on.name !== MODEL || !on.origin) return undefined;
    const schema = this.#schemaAt(argument(on.origin, 1));
    return schema === undefined ? undefined : this.#members.get(`${schema} ${name}`);
  }

  /** The model, or the document, that `this` is inside such a function. */
  thisAt(at: Location): Type | undefined {
    const { file } = at;
    for (
      let fn = file.enclosing(at.node, Kind.Function);
      fn !== 0;
      fn = file.enclosing(file.parent(fn), Kind.Function)
    ) {
      const schemas = this.#schemasOf.get(keyOf({ file, node: fn }));
      if (!schemas) continue;
      const [model, another] = schemas.flatMap((schema) => this.#models.get(schema) ?? []);
      return model && !another ? this.#expressions.typeOf(model) : { kind: 'external', name: MODEL, args: [] };
    }
    return undefined;
  }

  #add({ schema, name, fn }: Given): void {
    const own = this.#schemaAt(schema);
    const schemas = own === undefined ? this.#schemasPlugged(schema) : [own];
    if (schemas.length === 0) return;
    const symbol = this.#program.functionOf(fn, name);
    for (const key of schemas) this.#members.set(`${key} ${name}`, { kind: 'function', functions: [symbol] });
    this.#schemasOf.set(keyOf(fn), schemas);
  }

  /** The schemas that the plugin around a place is applied to, where the schema is its first parameter. */
  #schemasPlugged({ file, node }: Location): string[] {
    const { tree } = file;
    const local = tree.kind(node) === Kind.Identifier ? file.findLocal(tree.text(node), node) : 0;
    if (tree.kind(local) !== Kind.Param) return [];
    return this.#pluggedInto.get(keyOf({ file, node: file.enclosing(local, Kind.Function) })) ?? [];
  }

  #readCall(at: Location): Given[] {
    const { tree } = at.file;
    const callee = tree.child(at.node, 0);
    const name = tree.text(callee);
    if (/(^|\.)Schema$/.test(name)) return this.#inOptions(at);
    if (tree.kind(callee) !== Kind.Member) return [];
    const receiver = { file: at.file, node: tree.child(callee, 0) };
    if (name === 'model' || name === 'discriminator') {
      const schema = this.#schemaAt(argument(at, 1));
      if (schema !== undefined) pushTo(this.#models, schema, at);
    } else if (name === 'plugin') {
      const schema = this.#schemaAt(receiver);
      const plugin = schema === undefined ? undefined : this.#expressions.typeOf(argument(at, 0));
      if (schema !== undefined && plugin?.kind === 'function') {
        for (const fn of plugin.functions) pushTo(this.#pluggedInto, keyOf(fn), schema);
      }
    } else if (ADDERS.test(name)) {
      const key = argument(at, 0);
      const fn = argument(at, 1);
      if (tree.kind(key.node) === Kind.String && tree.kind(fn.node) === Kind.Function) {
        return [{ schema: receiver, name: tree.text(key.node), fn }];
      }
    }
    return [];
  }

  /** `new Schema({…}, { statics: { byName() {…} }, methods: {…} })`. */
  #inOptions(at: Location): Given[] {
    return ['statics', 'methods'].flatMap((key) => {
      const holder = propertyIn(this.#expressions, argument(at, 1), key);
      const { file } = holder;
      const { tree } = file;
      if (tree.kind(holder.node) !== Kind.Object) return [];
      return tree
        .children(holder.node)
        .filter((property) => tree.kind(tree.child(property, 0)) === Kind.Function)
        .map((property) => ({ schema: at, name: tree.text(property), fn: { file, node: tree.child(property, 0) } }));
    });
  }

  /** Where the schema an expression evaluates to was made. */
  #schemaAt(at: Location): string | undefined {
    const type = at.node === 0 ? undefined : this.#expressions.typeOf(at);
    return type?.kind === 'external' && type.name === SCHEMA && type.origin ? keyOf(type.origin) : undefined;
  }
}

/** `schema.statics.byName = function () {…}`. */
function assigned({ file, node }: Location): Given[] {
  const { tree } = file;
  const [left, right] = [tree.child(node, 0), tree.child(node, 1)];
  const holder = tree.kind(left) === Kind.Member ? tree.child(left, 0) : 0;
  if (tree.kind(right) !== Kind.Function || tree.kind(holder) !== Kind.Member || !HOLDERS.test(tree.text(holder)))
    return [];
  return [{ schema: { file, node: tree.child(holder, 0) }, name: tree.text(left), fn: { file, node: right } }];
}

function argument({ file, node }: Location, index: number): Location {
  return { file, node: file.tree.children(file.tree.child(node, 1))[index] ?? 0 };
}

function keyOf({ file, node }: Location): string {
  return `${file.index}:${node}`;
}
