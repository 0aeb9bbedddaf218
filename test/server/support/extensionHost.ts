/* Stands for VS Code's extension host: launches the server with the extension's own code and prints its process id. */
import { launchServer } from '../../../extension/server/launch.ts';

const [serverEntry = '', dataFolder = '', root = ''] = process.argv.slice(2);
const quiet = { error: () => undefined, warn: () => undefined, info: () => undefined, debug: () => undefined };
const server = await launchServer({
  nodePath: process.execPath,
  serverEntry,
  dataFolder,
  roots: [root],
  logLevel: 'info',
  redisUrl: null,
  log: quiet,
});
process.send?.(server.ready);
process.on('message', (order) => {
  if (order === 'deactivate') void server.dispose().finally(() => process.exit(0));
  if (order === 'exit') process.exit(1);
});
