import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';

const DOCUMENT = join(import.meta.dirname, '../../docs/performance.md');

/** The middle value; of an even number of values the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** `median [least-most]` with so many decimals. */
export function spread(values: readonly number[], decimals: number): string {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return `${median(values).toFixed(decimals)} [${least.toFixed(decimals)}-${most.toFixed(decimals)}]`;
}

/** The machine and the day, as they stand below every measurement. */
export function circumstances(): string {
  const [cpu] = cpus();
  const day = new Date().toISOString().slice(0, 10);
  return `${availableParallelism()} processors (${cpu?.model ?? 'unknown'}), Node ${process.version}, ${process.platform}, ${day}.`;
}

/** Replaces what lies between the marks of a section in docs/performance.md; appends the section when it is new. */
export function writeSection(name: string, title: string, content: string): void {
  const [begin, end] = [`<!-- begin ${name} -->`, `<!-- end ${name} -->`];
  const section = `${begin}\n\n${content}\n\n${end}`;
  const document = existsSync(DOCUMENT) ? readFileSync(DOCUMENT, 'utf8') : '# Performance\n';
  const from = document.indexOf(begin);
  const to = document.indexOf(end);
  const written =
    from >= 0 && to > from
      ? document.slice(0, from) + section + document.slice(to + end.length)
      : `${document.trimEnd()}\n\n## ${title}\n\n${section}\n`;
  writeFileSync(DOCUMENT, written);
}
