import { PRODUCT_VERSION } from '#protocol/version.ts';
import { errorMessage } from '../errorMessage.ts';
import { EXIT, HELP, parseDiff, parseScan, parseServe, parseStart, UsageError } from './usage.ts';

/** Each command is loaded when it is asked for, so that `scan` does not wait for the HTTP server's modules. */
async function run([command, ...args]: string[]): Promise<number> {
  if (command === '--version') return print(`${PRODUCT_VERSION}\n`);
  if (command === '--help' || command === '-h' || args.includes('--help')) return print(HELP);
  if (command === 'scan') {
    const options = parseScan(args);
    return (await import('./scanCommand.ts')).scanCommand(options);
  }
  if (command === 'diff') {
    const options = parseDiff(args);
    return (await import('./diffCommand.ts')).diffCommand(options);
  }
  if (command === 'serve') {
    const options = parseServe(args);
    return (await import('./serveCommand.ts')).serveCommand(options);
  }
  if (command === 'start') {
    const options = parseStart(args);
    return (await import('./startCommand.ts')).startCommand(options);
  }
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
