import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ScanAccepted, ScanStatus, isTerminal } from '#protocol/scan.ts';
import { buildServer, SERVER_ENTRIES } from '../../scripts/buildServer.ts';
import { ServerClient } from '../../extension/server/client.ts';
import { Arena, type Ground } from './arena.ts';
import { type Expected, playRun, type RunReport } from './run.ts';
import { type ArenaKind, scheduleOf, TREES, type TreeName } from './schedule.ts';

const KINDS: readonly ArenaKind[] = ['launched', 'shared'];
/** Files of each tree and characters of padding in each, so that the larger ones go to parser threads. */
const SIZES: Record<TreeName, { files: number; padding: number }> = {
  small: { files: 20, padding: 100 },
  medium: { files: 60, padding: 12_000 },
  large: { files: 160, padding: 12_000 },
};

export interface SabotageOptions {
  /** Number of runs; run number n has the seed `seed + n`. */
  runs: number;
  seed: number;
  /** Arenas at once. */
  parallel: number;
  onReport?: (report: RunReport) => void;
}

/** Kind of the arena in which a seed is played. */
function kindOf(seed: number): ArenaKind {
  return KINDS[seed % KINDS.length] ?? 'launched';
}

/** Plays runs, several arenas at a time. @returns the reports in no particular order */
export async function sabotage(options: SabotageOptions): Promise<RunReport[]> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'pinata-sabotage-')));
  try {
    const ground = await prepare(folder);
    const seeds = Array.from({ length: options.runs }, (_, index) => options.seed + index);
    const expected = await measure(ground);
    const reports: RunReport[] = [];
    const play = async (kind: ArenaKind, mine: number[]): Promise<void> => {
      if (mine.length === 0) return;
      await using arena = await Arena.open(kind, ground);
      const written = new Set<TreeName>();
      for (const seed of mine) {
        const schedule = scheduleOf(seed, kind);
        const { tree, changed } = schedule;
        if (changed || !written.has(tree)) writeTree(join(arena.treesFolder, tree), SIZES[tree], seed);
        written.add(tree);
        const report = await playRun(arena, schedule, expected);
        if (report.faults.length > 0) report.faults.push(...arena.servers.flatMap((server) => ['log:', ...server.log]));
        for (const server of arena.servers) server.log = [];
        reports.push(report);
        options.onReport?.(report);
      }
    };
    const lanes = Math.max(1, Math.ceil(options.parallel / KINDS.length));
    await Promise.all(
      KINDS.flatMap((kind) => {
        const mine = seeds.filter((seed) => kindOf(seed) === kind);
        return Array.from({ length: lanes }, (_, lane) =>
          play(
            kind,
            mine.filter((_seed, index) => index % lanes === lane),
          ),
        );
      }),
    );
    return reports;
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

/** Bundles the server as it is shipped. */
async function prepare(folder: string): Promise<Ground> {
  const serverFolder = join(folder, 'server');
  await buildServer({ entries: SERVER_ENTRIES, outputFolder: serverFolder });
  symlinkSync(join(import.meta.dirname, '../../package.json'), join(folder, 'package.json'));
  return { serverEntry: join(serverFolder, 'pinata.js') };
}

/** @param version makes the content of every file another one */
function writeTree(folder: string, { files, padding }: { files: number; padding: number }, version: number): void {
  mkdirSync(folder, { recursive: true });
  const filler = 'export const filler = (a: number) => [a, a + 1, a * 2].map((b) => `${b}`).join();\n';
  for (let index = 0; index < files; index++) {
    const call = `// version ${version}\nexport function load${index}() { return fetch('/api/items/${index}'); }\n`;
    const rest = Array.from({ length: Math.ceil(padding / filler.length) }, (_, line) =>
      filler.replace('filler', `filler${index}_${line}`),
    );
    writeFileSync(join(folder, `file${index}.ts`), call + rest.join(''));
  }
}

/** Scans each tree undisturbed. */
async function measure(ground: Ground): Promise<Expected> {
  await using arena = await Arena.open('launched', ground);
  const { endpoint, token } = arena.servers[0]!.target;
  const client = new ServerClient(endpoint, token);
  const found: Partial<Expected> = {};
  for (const tree of TREES) {
    const path = join(arena.treesFolder, tree);
    writeTree(path, SIZES[tree], -1);
    const { scan_id: scanId } = await client.post('/scan', ScanAccepted, { repository_path: path });
    const end = await endOf(client, scanId);
    if (end.files_scanned !== SIZES[tree].files) throw new Error(`undisturbed scan: ${JSON.stringify(end)}`);
    found[tree] = { files: end.files_scanned, nodes: end.nodes_found };
  }
  client.dispose();
  return found as Expected;
}

async function endOf(client: ServerClient, scanId: string): Promise<ScanStatus> {
  for (;;) {
    const status = await client.get(`/scan/${scanId}/status`, ScanStatus);
    if (isTerminal(status.status)) return status;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** A report as text: the schedule, how the scan ended and what was not kept. */
export function describeReport(report: RunReport): string {
  const { schedule, faults, end } = report;
  const lines = [
    `seed ${schedule.seed} (${kindOf(schedule.seed)}, ${schedule.tree}): ${end?.status ?? 'no end'}`,
    `  clients ${JSON.stringify(schedule.clients)}`,
    `  steps ${JSON.stringify(schedule.steps)}`,
    ...faults.map((fault) => `  ${fault}`),
    `  again: npm run test:sabotage -- --runs 1 --seed ${schedule.seed}`,
  ];
  return lines.join('\n');
}
