import { Kind } from '../../lower/tree.ts';
import { type Linker, visitNodes } from '../linker.ts';
import { isCSharp, type Location, type SourceFile } from '../sourceFile.ts';
import type { TypeSymbol } from '../symbols.ts';

const JOB = /^(AddJob|ScheduleJob|Create)$/;
const SCHEDULES = new Set(['WithCronSchedule', 'CronSchedule']);

/**
 * The cron expressions of Quartz jobs: `ScheduleJob<T>(trigger => trigger.WithCronSchedule("…"))`, or where one
 * function makes one job and one trigger.
 */
export function cronSchedules(linker: Linker): ReadonlyMap<TypeSymbol, string> {
  const schedules = new Map<TypeSymbol, string>();
  for (const file of linker.program.files) {
    if (!isCSharp(file)) continue;
    visitNodes(file, (node) => {
      const { tree } = file;
      if (tree.kind(node) !== Kind.Call || !SCHEDULES.has(tree.text(tree.child(node, 0)))) return;
      const text = linker.texts.valuesOf({ file, node: tree.children(tree.child(node, 1))[0] ?? 0 })[0]?.text;
      const job = text === undefined ? undefined : jobScheduledBy(linker, { file, node });
      if (job && text !== undefined && !schedules.has(job)) schedules.set(job, text);
    });
  }
  return schedules;
}

/** The only job in the call or, further out, in the function around a trigger. */
function jobScheduledBy(linker: Linker, { file, node }: Location): TypeSymbol | undefined {
  const { tree } = file;
  for (let scope = file.parent(node); scope !== 0; scope = file.parent(scope)) {
    const kind = tree.kind(scope);
    if (kind !== Kind.Call && kind !== Kind.Function && kind !== Kind.File) continue;
    const jobs = jobsIn(linker, file, scope);
    if (jobs.jobs.size > 0) return jobs.jobs.size === 1 && jobs.triggers === 1 ? [...jobs.jobs][0] : undefined;
    if (kind === Kind.Function && !isLambda(file, scope)) return undefined;
  }
  return undefined;
}

function isLambda(file: SourceFile, fn: number): boolean {
  return file.tree.text(fn) === '';
}

function jobsIn(linker: Linker, file: SourceFile, scope: number): { jobs: Set<TypeSymbol>; triggers: number } {
  const { tree } = file;
  const jobs = new Set<TypeSymbol>();
  let triggers = 0;
  const pending = [scope];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    pending.push(...tree.children(at));
    if (tree.kind(at) !== Kind.Call) continue;
    const callee = tree.child(at, 0);
    const name = tree.text(callee);
    if (SCHEDULES.has(name)) triggers++;
    if (!JOB.test(name) || (name === 'Create' && tree.text(tree.child(callee, 0)) !== 'JobBuilder')) continue;
    for (const written of tree.children(tree.child(at, 2))) {
      const type = linker.program.typeFromReference({ file, node: written });
      if (type.kind === 'project') jobs.add(type.symbol);
    }
  }
  return { jobs, triggers };
}
