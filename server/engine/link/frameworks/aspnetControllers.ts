import { Flag, Kind } from '../../lower/tree.ts';
import { attributesOf, attributesOfType, findAttribute } from '../attributes.ts';
import { parametersOf } from '../callResolver.ts';
import type { Program } from '../program.ts';
import type { FunctionSymbol, TypeSymbol } from '../symbols.ts';
import { isCSharp } from '../sourceFile.ts';
import { writtenType } from '../writtenTypes.ts';

const CONTROLLER_BASES = /^(Controller|ControllerBase|ApiController|ODataController|\w+(Controller|ControllerBase))$/;
/** Endpoint classes of Ardalis.ApiEndpoints are controllers with one action. */
const ENDPOINT_BASES = /^(\w+\.)*(EndpointBaseAsync|EndpointBaseSync|EndpointBase|BaseAsyncEndpoint|BaseEndpoint)\b/;
/** Methods of System.Object and IDisposable are no actions. */
const OBJECT_METHODS: ReadonlySet<string> = new Set([
  'ToString',
  'Equals',
  'GetHashCode',
  'GetType',
  'Dispose',
  'DisposeAsync',
]);

/** A class that serves requests, with the actions it declares or inherits. */
export interface Controller {
  type: TypeSymbol;
  /** The class and the scanned classes it derives from, itself first. */
  lineage: readonly TypeSymbol[];
  /** Whether it is known to derive from a controller base class of the framework. */
  derives: boolean;
  actions: readonly FunctionSymbol[];
}

/** All controllers of the scanned code (ASP.NET Core, ControllerFeatureProvider and DefaultApplicationModelProvider). */
export function controllersOf(program: Program): Controller[] {
  return program.table.types.flatMap((type) => controllerOf(program, type) ?? []);
}

function controllerOf(program: Program, type: TypeSymbol): Controller | undefined {
  const file = type.declarations[0]?.file;
  if (!file || !isCSharp(file) || file.generated) return undefined;
  const isClass = type.has(Flag.Class) || type.has(Flag.Record);
  if (!isClass || type.isAbstract || type.has(Flag.Static) || type.typeParameters.length > 0) return undefined;
  if (!type.name.endsWith('Controller') && !mayBeControllerByBase(program, type)) return undefined;
  const lineage = classLineage(program, type);
  const derives = program.externalLineage(program.selfType(type)).some((base) => CONTROLLER_BASES.test(base.name));
  const attributes = lineage.flatMap(attributesOfType);
  if (findAttribute(attributes, 'NonController')) return undefined;
  if (
    !type.name.endsWith('Controller') &&
    !derives &&
    !derivesFromEndpoint(lineage) &&
    !findAttribute(attributes, 'Controller', 'ApiController')
  )
    return undefined;
  return { type, lineage, derives, actions: actionsOf(lineage) };
}

function derivesFromEndpoint(lineage: readonly TypeSymbol[]): boolean {
  return lineage.some((type) =>
    type.declarations.some(({ file, node }) =>
      file.tree.children(file.tree.child(node, 2)).some((reference) => ENDPOINT_BASES.test(file.tree.text(reference))),
    ),
  );
}

function mayBeControllerByBase(program: Program, type: TypeSymbol): boolean {
  return (
    program.bases(type).length > 0 || attributesOfType(type).some((attribute) => attribute.name.endsWith('Controller'))
  );
}

function classLineage(program: Program, type: TypeSymbol): TypeSymbol[] {
  return program
    .lineage(program.selfType(type))
    .flatMap((at) => (at.kind === 'project' && !at.symbol.has(Flag.Interface) ? [at.symbol] : []));
}

/** Public instance methods of the class and its bases; an overridden one counts once, as the most derived. */
function actionsOf(lineage: readonly TypeSymbol[]): FunctionSymbol[] {
  const actions: FunctionSymbol[] = [];
  const seen = new Set<string>();
  for (const type of lineage) {
    for (const fn of [...type.methods.values()].flat()) {
      const shape = `${fn.name}(${parametersOf(fn)
        .map((node) => writtenType(fn.file.tree, fn.file.tree.child(node, 0)))
        .join()})`;
      if (seen.has(shape) || !isAction(fn)) continue;
      seen.add(shape);
      actions.push(fn);
    }
  }
  return actions;
}

function isAction(fn: FunctionSymbol): boolean {
  const { tree } = fn.file;
  if (tree.kind(tree.child(fn.node, 0)) !== Kind.Identifier || fn.isStatic || OBJECT_METHODS.has(fn.name)) return false;
  if (!tree.has(fn.node, Flag.Exported) || tree.has(fn.node, Flag.Abstract | Flag.Getter | Flag.Setter)) return false;
  if (tree.count(tree.child(fn.node, 5)) > 0) return false;
  return findAttribute(attributesOf(fn), 'NonAction') === undefined;
}
