import { posix } from 'node:path';
import { Kind } from '../lower/tree.ts';
import type { ResolvedCall } from './callResolver.ts';
import { propertyIn } from './decorators.ts';
import type { Expressions } from './expressions.ts';
import { initializerOf } from './initializers.ts';
import type { Location, SourceFile } from './sourceFile.ts';
import type { ModuleBinding } from './typescriptNames.ts';
import type { Texts } from './values.ts';

const AUTOLOAD = /^(@fastify\/autoload|fastify-autoload)(#default|#fastifyAutoload|#autoload)?$/i;

/**
 * The plugins that `app.register(autoload, { dir: join(__dirname, 'routes') })` loads: the default export of every file
 * below the folder, under the path of its own folder.
 */
export function autoloaded(
  expressions: Expressions,
  texts: Texts,
  call: ResolvedCall,
): { plugin: Location; path: string }[] {
  const { file } = call.at;
  const { tree } = file;
  const [loader = 0, options = 0] = tree.children(tree.child(call.callNode, 1));
  if (call.name !== 'register' || options === 0) return [];
  const type = expressions.typeOf({ file, node: loader });
  const name = type.kind === 'external' || type.kind === 'external_module' ? type.name : '';
  if (!AUTOLOAD.test(name)) return [];
  const at = { file, node: options };
  const folder = folderNamed(texts, propertyIn(expressions, at, 'dir'));
  if (folder === undefined) return [];
  const given = propertyIn(expressions, at, 'options');
  const prefix = texts.exactText(propertyIn(expressions, given.node === 0 ? at : given, 'prefix')) ?? '';
  const from = posix.normalize(`${file.root}/${posix.dirname(file.path)}/${folder}`);
  return expressions.program.files.flatMap((candidate) => {
    const path = `${candidate.root}/${candidate.path}`;
    const plugin = path.startsWith(`${from}/`) ? defaultExport(expressions, candidate) : undefined;
    const inner = posix.dirname(path.slice(from.length + 1));
    return plugin
      ? [{ plugin, path: posix.join('/', prefix, inner === '.' ? '' : inner.replace(/(^|\/)_(?=\w)/g, '$1:')) }]
      : [];
  });
}

/** The folder relative to the file: the texts of `join(__dirname, 'routes')`, `fileURLToPath(new URL('routes', …))`. */
function folderNamed(texts: Texts, at: Location): string | undefined {
  const { file, node } = at;
  const { tree } = file;
  const parts: string[] = [];
  const visit = (child: number): void => {
    if (tree.kind(child) === Kind.String) parts.push(tree.text(child));
    for (const inner of tree.children(child)) visit(inner);
  };
  if (node !== 0) visit(node);
  if (parts.length > 0) return posix.join(...parts);
  return node === 0 ? undefined : texts.exactText(at);
}

/** The function a module exports as its default, whatever type is declared for it. */
function defaultExport(expressions: Expressions, file: SourceFile): Location | undefined {
  const binding = expressions.program.typescript.resolveExport(file, 'default');
  if (binding?.kind === 'function') return binding.symbol;
  const at = binding && exportedValue(binding);
  const initial = at && (initializerOf(expressions, at) ?? at);
  if (!initial || initial.node === 0) return undefined;
  if (initial.file.tree.kind(initial.node) === Kind.Function) return initial;
  const type = expressions.typeOf(initial);
  return type.kind === 'function' ? type.functions[0] : undefined;
}

function exportedValue(binding: ModuleBinding): Location | undefined {
  if (binding.kind === 'expression') return binding.at;
  if (binding.kind !== 'variable') return undefined;
  return { file: binding.at.file, node: binding.at.file.tree.child(binding.at.node, 2) };
}
