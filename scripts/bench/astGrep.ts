import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ProcessTreeWatch } from './processTree.ts';

const BINARY = join(import.meta.dirname, '../../node_modules/@ast-grep/cli-linux-x64-gnu/ast-grep');

/** Five calls a language that Pinata's rules look for as well. */
const PATTERNS: Readonly<Record<string, readonly string[]>> = {
  CSharp: [
    '$A.ToListAsync($$$B)',
    '$A.SaveChangesAsync($$$B)',
    '$A.GetAsync($$$B)',
    '$A.Send($$$B)',
    'File.ReadAllText($$$B)',
  ],
  TypeScript: ['$A.get($$$B)', '$A.post($$$B)', 'fetch($$$B)', 'useEffect($$$B)', '$A.findOne($$$B)'],
  Tsx: ['$A.get($$$B)', '$A.post($$$B)', 'fetch($$$B)', 'useEffect($$$B)', '$A.findOne($$$B)'],
  JavaScript: ['$A.get($$$B)', '$A.post($$$B)', 'fetch($$$B)', 'useEffect($$$B)', '$A.findOne($$$B)'],
};

/** ast-grep's scanner with 20 patterns: what it costs to look at the same syntax and link nothing. */
export class AstGrep implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'pinata-bench-rules-'));

  /** @returns undefined where there is no package of it */
  static open(): AstGrep | undefined {
    return existsSync(BINARY) ? new AstGrep() : undefined;
  }

  private constructor() {
    mkdirSync(join(this.#folder, 'rules'));
    writeFileSync(join(this.#folder, 'sgconfig.yml'), 'ruleDirs:\n  - rules\n');
    for (const [language, patterns] of Object.entries(PATTERNS)) {
      for (const [index, pattern] of patterns.entries()) {
        const id = `${language}-${index}`;
        const rule = `id: ${id}\nlanguage: ${language}\nmessage: found\nseverity: info\nrule:\n  pattern: '${pattern}'\n`;
        writeFileSync(join(this.#folder, 'rules', `${id}.yml`), rule);
      }
    }
  }

  async scan(folder: string): Promise<{ wallSeconds: number; cpuSeconds: number; peakMb: number }> {
    const args = ['scan', '-c', join(this.#folder, 'sgconfig.yml'), '--json=stream', folder];
    const started = performance.now();
    const child = spawn(BINARY, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    const watch = new ProcessTreeWatch(process.pid);
    child.stdout.resume();
    await once(child, 'close');
    const { cpuSeconds, peakMb } = watch.end();
    // What this process itself takes is not ast-grep's.
    return {
      wallSeconds: (performance.now() - started) / 1000,
      cpuSeconds,
      peakMb: peakMb - process.memoryUsage.rss() / 1024 ** 2,
    };
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
