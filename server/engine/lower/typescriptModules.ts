import type { SyntaxId } from '../parse/syntax.ts';
import { Flag, Kind } from './tree.ts';
import { firstNamedChild, type LoweringContext, NO_CHILDREN, type StatementLowering } from './typescriptContext.ts';
import { declaration, type Prefix } from './typescriptDeclarations.ts';
import { memberName } from './typescriptNames.ts';
import { stringValue } from './typescriptStrings.ts';

const importStatement: StatementLowering = (context, id, out) => {
  const { syntax } = context;
  const required = syntax.childOfType(id, 'import_require_clause');
  const source = syntax.field(required >= 0 ? required : id, 'source');
  const names: number[] = [];
  const clause = required >= 0 ? required : syntax.childOfType(id, 'import_clause');
  for (const child of syntax.namedChildren(clause)) {
    if (required < 0) importedNames(context, child, names);
    else if (child !== source) names.push(importName(context, child, '*', child));
  }
  const flags = context.hasWord(id, 'type') ? Flag.TypeOnly : 0;
  out.push(context.node(Kind.Import, flags, id, stringValue(syntax, source), names));
};

function importedNames(context: LoweringContext, id: SyntaxId, names: number[]): void {
  const { syntax } = context;
  switch (syntax.type(id)) {
    case 'identifier':
      names.push(importName(context, id, 'default', id));
      return;
    case 'namespace_import':
      names.push(importName(context, id, '*', firstNamedChild(syntax, id)));
      return;
    case 'named_imports':
      for (const child of syntax.namedChildren(id)) importedNames(context, child, names);
      return;
    case 'import_specifier': {
      const nameId = syntax.field(id, 'name');
      const alias = syntax.field(id, 'alias');
      const flags = context.hasWord(id, 'type') ? Flag.TypeOnly : 0;
      names.push(importName(context, id, memberName(syntax, nameId), alias >= 0 ? alias : nameId, flags));
      return;
    }
    default:
  }
}

function importName(context: LoweringContext, span: SyntaxId, imported: string, local: SyntaxId, flags = 0): number {
  return context.node(Kind.ImportName, flags, span, imported, [context.identifier(local)]);
}

const exportStatement: StatementLowering = (context, id, out) => {
  const { syntax } = context;
  const defaultWord = syntax.childOfType(id, 'default');
  const declared = declaredBy(context, id);
  if (declared >= 0) {
    const flags = Flag.Exported | (defaultWord >= 0 ? Flag.Default : 0);
    const prefix: Prefix = { flags, from: id, decorators: syntax.fieldAll(id, 'decorator'), defaultWord };
    declaration(context, declared, out, prefix);
    return;
  }
  const source = syntax.field(id, 'source');
  const clause = syntax.childOfType(id, 'export_clause');
  if (source >= 0 || clause >= 0) {
    out.push(exportNode(context, id, source, clause));
    return;
  }
  pushExportedValue(context, id, out);
};

/** The declaration an export statement exports; functions and classes without a name are expressions in the grammar. */
function declaredBy(context: LoweringContext, id: SyntaxId): SyntaxId {
  const { syntax } = context;
  const declared = syntax.field(id, 'declaration');
  if (declared >= 0) return declared;
  const value = syntax.field(id, 'value');
  const type = syntax.type(value);
  return type === 'class' || type === 'function_expression' || type === 'generator_function' ? value : -1;
}

/** `export { a as b }`, `export … from` and `export * from`. */
function exportNode(context: LoweringContext, id: SyntaxId, source: SyntaxId, clause: SyntaxId): number {
  const { syntax } = context;
  const names = clause >= 0 ? exportedNames(context, clause) : [exportedNamespace(context, id)];
  const flags = context.hasWord(id, 'type') ? Flag.TypeOnly : 0;
  return context.node(Kind.Export, flags, id, source >= 0 ? stringValue(syntax, source) : '', names);
}

function exportedNames(context: LoweringContext, clause: SyntaxId): number[] {
  const { syntax } = context;
  return syntax.namedChildren(clause).map((specifier) => {
    const nameId = syntax.field(specifier, 'name');
    const alias = syntax.field(specifier, 'alias');
    const name = memberName(syntax, alias >= 0 ? alias : nameId);
    const local = context.identifier(nameId, memberName(syntax, nameId));
    const flags = context.hasWord(specifier, 'type') ? Flag.TypeOnly : 0;
    return context.node(Kind.ExportName, flags, specifier, name, [local]);
  });
}

/** `*` for `export *`; the namespace's name, with `*` as the imported name, for `export * as ns`. */
function exportedNamespace(context: LoweringContext, id: SyntaxId): number {
  const { syntax } = context;
  const namespace = syntax.childOfType(id, 'namespace_export');
  if (namespace < 0) return context.node(Kind.ExportName, 0, id, '*', [0]);
  const name = memberName(syntax, firstNamedChild(syntax, namespace));
  const all = context.node(Kind.Identifier, 0, namespace, '*', NO_CHILDREN);
  return context.node(Kind.ExportName, 0, namespace, name, [all]);
}

/** `export default value` and `export = value`; `export as namespace X` only names a global. */
function pushExportedValue(context: LoweringContext, id: SyntaxId, out: number[]): void {
  const { syntax } = context;
  if (context.hasWord(id, 'namespace')) return;
  const given = syntax.field(id, 'value');
  const value = context.expression(given >= 0 ? given : firstNamedChild(syntax, id));
  if (value !== 0) out.push(context.node(Kind.ExportDefault, 0, id, '', [value]));
}

export const moduleLowerings: readonly (readonly [string, StatementLowering])[] = [
  ['import_statement', importStatement],
  ['export_statement', exportStatement],
];
