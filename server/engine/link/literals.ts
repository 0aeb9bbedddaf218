import { Kind } from '../lower/tree.ts';
import type { Program } from './program.ts';
import { isCSharp, type Location } from './sourceFile.ts';

const MAX_STEPS = 12;

/**
 * The object literal an expression of TypeScript stands for, whatever type is declared for it: through constants,
 * their properties and patterns that take them apart.
 */
export function objectLiteral(program: Program, at: Location, steps = 0): Location | undefined {
  const value = literal(program, at, steps);
  return value && value.file.tree.kind(value.node) === Kind.Object ? value : undefined;
}

/** `null` and `undefined`, as in `id ? `/users/${id}` : null`. */
export function isNothing({ file, node }: Location): boolean {
  return file.tree.kind(node) === Kind.Literal && /^(null|undefined)$/.test(file.tree.text(node));
}

/** The value of a property of an object literal; undefined when there is none of that name. */
export function propertyValue(object: Location, name: string): Location | undefined {
  const { tree } = object.file;
  const property = tree
    .children(object.node)
    .find((node) => tree.kind(node) === Kind.Property && tree.text(node) === name);
  return property === undefined ? undefined : { file: object.file, node: tree.child(property, 0) };
}

function literal(program: Program, at: Location, steps: number): Location | undefined {
  const { file, node } = at;
  const { tree } = file;
  if (node === 0 || steps > MAX_STEPS || isCSharp(file)) return undefined;
  switch (tree.kind(node)) {
    case Kind.Object:
      return at;
    case Kind.Cast:
      return literal(program, { file, node: tree.child(node, 0) }, steps + 1);
    case Kind.Identifier:
      return named(program, at, steps + 1);
    case Kind.Member: {
      const object = objectLiteral(program, { file, node: tree.child(node, 0) }, steps + 1);
      const value = object && propertyValue(object, tree.text(node));
      return value && literal(program, value, steps + 1);
    }
    default:
      return undefined;
  }
}

/** What a constant is initialised with. */
function named(program: Program, at: Location, steps: number): Location | undefined {
  const { file, node } = at;
  const local = file.findLocal(file.tree.text(node), node);
  if (local !== 0) return initial(program, { file, node: local }, steps);
  const binding = program.typescript.resolve(file.tree.text(node), file);
  if (binding?.kind === 'variable') return initial(program, binding.at, steps);
  return binding?.kind === 'expression' ? literal(program, binding.at, steps) : undefined;
}

function initial(program: Program, { file, node }: Location, steps: number): Location | undefined {
  const { tree } = file;
  return tree.kind(node) === Kind.Variable ? literal(program, { file, node: tree.child(node, 2) }, steps) : undefined;
}
