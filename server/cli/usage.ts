import { parseArgs } from 'node:util';
import { FAIL_RULE_NAMES, FAIL_RULES, type FailRule } from '#protocol/compare.ts';
import { EXPORT_FILES, EXPORT_FORMATS, type ExportFormat } from '#protocol/exports.ts';
import { DEFAULT_KEPT_SCANS } from '../store/retention.ts';

/** The arguments are wrong; the message says how. The process ends with code 2. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}

export const EXIT = { done: 0, failed: 1, usage: 2, interrupted: 130, terminated: 143 } as const;

export const HELP = `Pinata shows what the code of a workspace does with data, without running it.

Usage:
  pinata scan <folder>... [--format f] [--output file] [--include-tests] [--exclude pattern]...
      Scans folders into one graph. Without --format and --output it prints the counts.
      Formats: ${EXPORT_FORMATS.join(', ')}.
  pinata diff <a> <b> [--fail-on rule]... [--format text|json] [--output file]
      What changed from a to b, each a result file (--format json) or the id of a scan in the result store. Ends with 1
      when something changed that --fail-on names (several rules: repeat it, or put commas between them):
${Object.entries(FAIL_RULES)
  .map(([rule, meaning]) => `        ${rule.padEnd(16)}  ${meaning}`)
  .join('\n')}
  pinata start [folder]... [--port n] [--root dir]... [--no-open]
      Scans folders (the bundled sample without any), then serves the results as a page until Ctrl-C.
  pinata serve [--host 127.0.0.1] [--port 0] [--socket path] [--root dir]... [--allow-host name[:port]]...
      Runs the scan server. Prints one line of JSON on stdout when it is ready; logs to stderr.
  pinata --version | --help

Options of all commands:
  --data-dir dir        folder of the result store (default: the user's cache folder)
  --memory-mb n         memory limit of a scan

Environment:
  PINATA_TOKEN          token of "serve", at least 32 characters (default: a new one at each start)
  PINATA_KEEP_SCANS     how many scans of a folder the history keeps (default: ${DEFAULT_KEPT_SCANS})
  PINATA_REDIS_URL      Redis that carries progress between servers
  PINATA_LOG_LEVEL      trace, debug, info, warn, error, silent

Exit codes: 0 done, 1 failed (or changed as --fail-on names), 2 bad usage, 130 interrupted.
`;

const COMMON = { 'data-dir': { type: 'string' }, 'memory-mb': { type: 'string' } } as const;

export interface CommonOptions {
  dataDir: string | undefined;
  memoryMb: number | undefined;
}

export interface ScanOptions extends CommonOptions {
  folders: string[];
  format: ExportFormat | undefined;
  output: string | undefined;
  includeTests: boolean;
  exclude: string[];
}

export interface DiffOptions extends CommonOptions {
  a: string;
  b: string;
  failOn: FailRule[];
  format: 'text' | 'json';
  output: string | undefined;
}

export interface ServeOptions extends CommonOptions {
  host: string;
  port: number;
  socket: string | undefined;
  roots: string[];
  allowedHosts: string[];
  exitWithParent: boolean;
}

export interface StartOptions extends CommonOptions {
  folders: string[];
  roots: string[];
  port: number;
  openBrowser: boolean;
}

/** @throws {UsageError} */
export function parseScan(args: string[]): ScanOptions {
  const options = {
    ...COMMON,
    format: { type: 'string' },
    output: { type: 'string', short: 'o' },
    'include-tests': { type: 'boolean' },
    exclude: { type: 'string', multiple: true },
  } as const;
  const { values, positionals } = parse(() => parseArgs({ args, options, allowPositionals: true, strict: true }));
  if (positionals.length === 0) throw new UsageError('scan: name at least one folder');
  return {
    ...common(values),
    folders: positionals,
    format: scanFormat(values.format, values.output),
    output: values.output,
    includeTests: values['include-tests'] ?? false,
    exclude: values.exclude ?? [],
  };
}

/** @throws {UsageError} */
export function parseDiff(args: string[]): DiffOptions {
  const options = {
    ...COMMON,
    'fail-on': { type: 'string', multiple: true },
    format: { type: 'string' },
    output: { type: 'string', short: 'o' },
  } as const;
  const { values, positionals } = parse(() => parseArgs({ args, options, allowPositionals: true, strict: true }));
  const [a, b, ...others] = positionals;
  if (a === undefined || b === undefined || others.length > 0) {
    throw new UsageError('diff: name two result files or scans');
  }
  const format = values.format ?? 'text';
  if (format !== 'text' && format !== 'json')
    throw new UsageError(`--format: "${format}" is unknown; use text or json`);
  return { ...common(values), a, b, failOn: failRules(values['fail-on'] ?? []), format, output: values.output };
}

function failRules(values: string[]): FailRule[] {
  const names = values.flatMap((value) => value.split(',')).map((name) => name.trim());
  return names.map((name) => {
    const rule = FAIL_RULE_NAMES.find((known) => known === name);
    if (rule) return rule;
    throw new UsageError(`--fail-on: "${name}" is unknown; use ${FAIL_RULE_NAMES.join(', ')}`);
  });
}

/** @throws {UsageError} */
export function parseServe(args: string[]): ServeOptions {
  const options = {
    ...COMMON,
    host: { type: 'string' },
    port: { type: 'string' },
    socket: { type: 'string' },
    root: { type: 'string', multiple: true },
    'allow-host': { type: 'string', multiple: true },
    'exit-with-parent': { type: 'boolean' },
  } as const;
  const { values } = parse(() => parseArgs({ args, options, strict: true }));
  if (values.socket !== undefined && (values.host !== undefined || values.port !== undefined)) {
    throw new UsageError('serve: use either --socket or --host and --port');
  }
  return {
    ...common(values),
    host: values.host ?? '127.0.0.1',
    port: integer('--port', values.port, 0, 65_535) ?? 0,
    socket: values.socket,
    roots: values.root ?? [process.cwd()],
    allowedHosts: (values['allow-host'] ?? []).map((name) => name.toLowerCase()),
    exitWithParent: values['exit-with-parent'] ?? false,
  };
}

/** @throws {UsageError} */
export function parseStart(args: string[]): StartOptions {
  const options = {
    ...COMMON,
    port: { type: 'string' },
    root: { type: 'string', multiple: true },
    'no-open': { type: 'boolean' },
  } as const;
  const { values, positionals } = parse(() => parseArgs({ args, options, allowPositionals: true, strict: true }));
  return {
    ...common(values),
    folders: positionals,
    roots: values.root ?? [],
    port: integer('--port', values.port, 0, 65_535) ?? 0,
    openBrowser: !values['no-open'],
  };
}

function parse<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function common(values: { 'data-dir'?: string | undefined; 'memory-mb'?: string | undefined }): CommonOptions {
  return { dataDir: values['data-dir'], memoryMb: integer('--memory-mb', values['memory-mb'], 64, 1_000_000) };
}

function integer(name: string, text: string | undefined, least: number, most: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new UsageError(`${name}: use a whole number from ${least} to ${most}`);
}

/** The format that is named, or else the one that the name of the output file ends like. */
function scanFormat(format: string | undefined, output: string | undefined): ExportFormat | undefined {
  const named = EXPORT_FORMATS.find((name) => name === format);
  if (named !== undefined) return named;
  if (format !== undefined) {
    throw new UsageError(`--format: "${format}" is unknown; use one of ${EXPORT_FORMATS.join(', ')}`);
  }
  if (output === undefined) return undefined;
  const fitting = EXPORT_FORMATS.filter((name) => output.endsWith(`.${EXPORT_FILES[name].extension}`));
  return fitting.toSorted((a, b) => EXPORT_FILES[b].extension.length - EXPORT_FILES[a].extension.length)[0] ?? 'json';
}
