import type { MemberModel } from '../rules/rulePack.ts';
import type { Expressions } from './expressions.ts';
import type { FoundMember } from './models.ts';
import type { ExternalType, Program } from './program.ts';
import type { Location, SourceFile } from './sourceFile.ts';
import { type Type, UNKNOWN } from './types.ts';

const TASK_LIKE = /^(Task|ValueTask|#Promise|#PromiseLike)$/;

/** The type of an element of a collection. */
export function elementOf(program: Program, type: Type, file: SourceFile): Type {
  if (type.kind === 'array') return type.of;
  const models = program.models(file);
  for (const external of program.externalLineage(type)) {
    for (const name of models.lineage(external.name)) {
      const element = models.model(name)?.element;
      const view = element === undefined ? undefined : models.viewAs(external, name);
      if (element !== undefined && view) return evaluateOn(program, element, view, file);
    }
  }
  return UNKNOWN;
}

/** What `await` gives for a value of a type. */
export function awaited(program: Program, type: Type, file: SourceFile): Type {
  if (type.kind !== 'external') return type;
  if (TASK_LIKE.test(type.name)) return type.args[0] ?? UNKNOWN;
  const expression = program.models(file).model(type.name)?.awaited;
  return expression === undefined ? type : evaluateOn(program, expression, type, file);
}

/** A type expression that speaks of the parameters of a type alone. */
function evaluateOn(program: Program, expression: string, on: ExternalType, file: SourceFile): Type {
  const models = program.models(file);
  const parameters = models.model(on.name)?.parameters ?? [];
  const bindings = new Map(
    parameters.flatMap((name, index) => {
      const arg = on.args[index];
      return arg ? [[name, arg] as const] : [];
    }),
  );
  return models.evaluate(expression, bindings, () => UNKNOWN);
}

/** The type a rule pack's member model gives at a call or member access. */
export function evaluateModel(
  expressions: Expressions,
  found: FoundMember,
  on: Type,
  at: Location,
  callNode: number,
): Type {
  const { model } = found;
  const expression = typeof model === 'string' ? model : model.returns;
  if (expression === undefined) return UNKNOWN;
  const special = (name: string): Type => specialType(expressions, name, on, { file: at.file, node: callNode });
  const type = expressions.program.models(at.file).evaluate(expression, found.bindings, special);
  return createsIdentity(model) && type.kind === 'external' ? { ...type, origin: at } : type;
}

/** `self`, `$N` (type argument) and `argN` (instance type of an argument) of a type expression. */
function specialType(expressions: Expressions, name: string, on: Type, call: Location): Type {
  if (name === 'self') return on;
  if (call.node === 0) return UNKNOWN;
  const { tree } = call.file;
  const index = Number(name.at(-1));
  if (name.startsWith('$')) {
    const node = tree.children(tree.child(call.node, 2))[index] ?? 0;
    return node === 0 ? UNKNOWN : expressions.program.typeFromReference({ file: call.file, node });
  }
  const argument = expressions.typeOf({
    file: call.file,
    node: tree.children(tree.child(call.node, 1))[index] ?? 0,
  });
  return argument.kind === 'static' ? argument.of : argument;
}

function createsIdentity(model: MemberModel): boolean {
  return typeof model !== 'string' && model.creates === true;
}
