import { PRODUCT_VERSION } from '#protocol/version.ts';
import { errorMessage } from '../errorMessage.ts';
import { scanCommand } from './scanCommand.ts';
import { serveCommand } from './serveCommand.ts';
import { startCommand } from './startCommand.ts';
import { EXIT, HELP, parseScan, parseServe, parseStart, UsageError } from './usage.ts';

async function run([command, ...args]: string[]): Promise<number> {
  if (command === '--version') return print(`${PRODUCT_VERSION}\n`);
  if (command === '--help' || command === '-h' || args.includes('--help')) return print(HELP);
  if (command === 'scan') return scanCommand(parseScan(args));
  if (command === 'serve') return serveCommand(parseServe(args));
  if (command === 'start') return startCommand(parseStart(args));
  throw new UsageError(command === undefined ? 'name a command' : `"${command}" is no command`);
}

function print(text: string): number {
  process.stdout.write(text);
  return EXIT.done;
}

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  const isUsage = error instanceof UsageError;
  process.stderr.write(`pinata: ${errorMessage(error)}\n`);
  if (isUsage) process.stderr.write('Try "pinata --help".\n');
  process.exitCode = isUsage ? EXIT.usage : EXIT.failed;
}
