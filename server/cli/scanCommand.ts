import { resolve } from 'node:path';
import type { ScanRequest, ScanStatus } from '#protocol/scan.ts';
import { isTerminal } from '#protocol/scan.ts';
import { openExport } from '../exports/exports.ts';
import { FolderError, nameRoots } from '../scans/allowedFolders.ts';
import { createLog } from './log.ts';
import { checkOutput, writeOut } from './output.ts';
import { ProgressBar } from './progressBar.ts';
import { openRuntime, type Runtime } from './runtime.ts';
import { printSummary } from './summary.ts';
import { EXIT, type ScanOptions, UsageError } from './usage.ts';

/**
 * `pinata scan`: scans in this process and its engine process, with no port at all.
 * @returns the exit code
 * @throws {UsageError}
 */
export async function scanCommand(options: ScanOptions): Promise<number> {
  if (options.output !== undefined) await checkOutput(options.output);
  const runtime = await openRuntime(options, 'unused', createLog('silent'));
  const interruption = onInterrupt(runtime);
  try {
    const request = await prepareRequest(runtime, options);
    const scanId = await submitScan(runtime, request);
    const status = await followScan(runtime, scanId);
    if (interruption.code !== undefined) return interruption.code;
    const code = await report(runtime, scanId, status, options);
    return interruption.code ?? code;
  } finally {
    interruption.stop();
    await runtime.close();
  }
}

/** The request for folders of a command line. @throws {UsageError} for what is no folder */
export async function prepareRequest(
  runtime: Runtime,
  options: { folders: string[]; includeTests?: boolean; exclude?: string[] },
): Promise<ScanRequest> {
  const [first, ...others] = options.folders.map((folder) => resolve(folder));
  if (first === undefined) throw new UsageError('name at least one folder');
  try {
    await runtime.folders.set([...runtime.folders.roots, first, ...others]);
  } catch (error) {
    throw error instanceof FolderError ? new UsageError(error.message) : error;
  }
  return {
    repository_path: first,
    trusted: true,
    ...(others.length > 0 && { roots: others }),
    ...(options.includeTests && { include_tests: true }),
    ...(options.exclude?.length && { exclude_patterns: options.exclude }),
  };
}

/** @returns the id of the scan */
export async function submitScan(runtime: Runtime, request: ScanRequest): Promise<string> {
  const paths = [request.repository_path, ...(request.roots ?? [])];
  const real = await Promise.all(paths.map((path) => runtime.folders.check(path)));
  return (await runtime.coordinator.submit(request, nameRoots(real))).scan_id;
}

/** Shows the progress of a scan on stderr until it has ended. @returns its terminal status */
export async function followScan(runtime: Runtime, scanId: string): Promise<ScanStatus> {
  const bar = new ProgressBar(process.stderr);
  const unsubscribe = await runtime.bus.subscribe(scanId, (status) => {
    if (!isTerminal(status.status)) bar.show(status);
  });
  try {
    await runtime.coordinator.ended(scanId);
  } finally {
    unsubscribe();
    bar.end();
  }
  const status = await runtime.coordinator.status(scanId);
  if (!status) throw new Error(`scan ${scanId} has vanished from the store`);
  return status;
}

async function report(runtime: Runtime, scanId: string, status: ScanStatus, options: ScanOptions): Promise<number> {
  if (status.status !== 'completed') {
    const summary = await runtime.store.summary(scanId);
    process.stderr.write(`pinata: ${status.message}: ${summary?.error ?? status.error ?? 'no reason given'}\n`);
    return EXIT.failed;
  }
  if (options.format === undefined) {
    await printSummary(runtime.store, scanId, process.stdout);
    return EXIT.done;
  }
  await printSummary(runtime.store, scanId, process.stderr);
  const result = await runtime.store.reader(scanId);
  if (!result) throw new Error(`scan ${scanId} has vanished from the store`);
  const { text } = await openExport(options.format, result);
  await writeOut(text, options.output);
  return EXIT.done;
}

export interface Interruption {
  /** Exit code once a signal has come. */
  code: number | undefined;
  stop(): void;
}

/** Cancels running scans on Ctrl-C and on SIGTERM; a second signal ends them at once. */
export function onInterrupt(runtime: Runtime): Interruption {
  const interruption: Interruption = { code: undefined, stop: () => undefined };
  const listeners = (['SIGINT', 'SIGTERM'] as const).map((signal) => {
    const listener = (): void => {
      // The engine process ends with the channel to this one.
      if (interruption.code !== undefined) process.exit(interruption.code);
      interruption.code = signal === 'SIGINT' ? EXIT.interrupted : EXIT.terminated;
      runtime.coordinator.close().catch((error: unknown) => runtime.log.error({ err: error }, 'scans cannot be ended'));
    };
    process.on(signal, listener);
    return () => process.off(signal, listener);
  });
  interruption.stop = () => {
    for (const off of listeners) off();
  };
  return interruption;
}
