import { Kind } from '../lower/tree.ts';
import type { Program } from './program.ts';
import type { Location } from './sourceFile.ts';
import type { ModuleBinding } from './typescriptNames.ts';

/** What `require('m')` and `import('m')` give; undefined for any other call. */
export function requiredBinding(program: Program, at: Location): ModuleBinding | undefined {
  const { tree } = at.file;
  const callee = tree.child(at.node, 0);
  if (tree.kind(at.node) !== Kind.Call || tree.kind(callee) !== Kind.Identifier) return undefined;
  const name = tree.text(callee);
  const [module = 0, ...more] = tree.children(tree.child(at.node, 1));
  const isRequest = (name === 'require' || name === 'import') && more.length === 0 && tree.kind(module) === Kind.String;
  if (!isRequest || at.file.findLocal(name, callee) !== 0) return undefined;
  return program.typescript.required(tree.text(module), at.file);
}
