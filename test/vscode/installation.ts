import { join } from 'node:path';

export const CODE_SERVER_VERSION = '4.139.1';

export const repositoryFolder = join(import.meta.dirname, '..', '..');

/** Where `scripts/setupVscode.ts` puts VS Code; kept between runs, never committed. */
export const codeServerFolder = join(repositoryFolder, '.cache', 'vscode');

/** The Node that runs VS Code's server: 24, because 4.139.1 does not start on 20. */
export const NODE_BINARY = process.execPath;

/** Entry of code-server, to be run with `NODE_BINARY`. */
export const codeServerEntry = join(codeServerFolder, 'node_modules', 'code-server', 'out', 'node', 'entry.js');
