import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks a second in /proc; Linux has shown 100 to programs since its beginning (`man 5 proc`, `sysconf`). */
const TICKS_A_SECOND = 100;
const PAGE_BYTES = 4096;
const SAMPLE_MS = 20;

interface Process {
  pid: number;
  parent: number;
  /** Processor time in seconds: its own, and that of its children that have ended. */
  own: number;
  ended: number;
  residentBytes: number;
}

/** What a process and its descendants have used. */
export interface Usage {
  /** Most memory resident at one moment, all processes together, in MiB. */
  peakMb: number;
  /** The same by what `stage` said at the time. */
  peakByStage: Record<string, number>;
  /** Processor time in seconds. */
  cpuSeconds: number;
}

/** Reads `/proc/<pid>/stat` of all processes; those that end meanwhile are left out. Linux only. */
function processes(): Process[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      // The second field is the program's name in brackets, and may hold anything.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const seconds = (first: number): number =>
        (Number(fields[first - 3]) + Number(fields[first - 2])) / TICKS_A_SECOND;
      return [
        {
          pid: Number(name),
          parent: Number(fields[1]),
          own: seconds(14),
          ended: seconds(16),
          residentBytes: Number(fields[21]) * PAGE_BYTES,
        },
      ];
    } catch {
      return [];
    }
  });
}

function tree(root: number): Process[] {
  const all = processes();
  const members = new Set([root]);
  for (let before = -1; before !== members.size;) {
    before = members.size;
    for (const { pid, parent } of all) if (members.has(parent)) members.add(pid);
  }
  return all.filter(({ pid }) => members.has(pid));
}

/** Processor time of a process and all its descendants, ended ones too, in seconds. */
function cpuOf(members: readonly Process[]): number {
  return members.reduce((sum, { own, ended }) => sum + own + ended, 0);
}

/** Watches a process and its descendants from now on. */
export class ProcessTreeWatch {
  readonly #root: number;
  readonly #stage: () => string;
  readonly #cpuBefore: number;
  readonly #timer: NodeJS.Timeout;
  #peak = 0;
  readonly #peakByStage = new Map<string, number>();

  /** @param stage names what is going on at a moment */
  constructor(root: number, stage: () => string = () => '') {
    this.#root = root;
    this.#stage = stage;
    this.#cpuBefore = cpuOf(tree(root));
    this.#timer = setInterval(() => this.#sample(), SAMPLE_MS);
  }

  #sample(): Process[] {
    const members = tree(this.#root);
    const resident = members.reduce((sum, { residentBytes }) => sum + residentBytes, 0) / 1024 ** 2;
    this.#peak = Math.max(this.#peak, resident);
    const stage = this.#stage();
    this.#peakByStage.set(stage, Math.max(this.#peakByStage.get(stage) ?? 0, resident));
    return members;
  }

  /** Ends the watch. */
  end(): Usage {
    clearInterval(this.#timer);
    const cpuSeconds = cpuOf(this.#sample()) - this.#cpuBefore;
    return { peakMb: this.#peak, peakByStage: Object.fromEntries(this.#peakByStage), cpuSeconds };
  }
}
