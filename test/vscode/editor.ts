import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { type Browser, type BrowserContext, chromium, type Frame, type Locator, type Page } from 'playwright-core';
import { codeServerEntry, NODE_BINARY, repositoryFolder } from './installation.ts';

const VSIX = join(repositoryFolder, 'dist', 'pinata.vsix');
const ARTEFACTS = join(repositoryFolder, 'test', 'artefacts', 'vscode');
/** Milliseconds a slow machine may take for one step in the editor. */
const STEP = 45_000;

/** No Welcome tab, no chat, no network: what the tests see is the workbench and Pinata. */
const SETTINGS = {
  'workbench.startupEditor': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.enableExperiments': false,
  'chat.disableAIFeatures': true,
  'telemetry.telemetryLevel': 'off',
  'extensions.autoUpdate': 'off',
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'update.mode': 'none',
  'update.showReleaseNotes': false,
  'npm.fetchOnlinePackageInfo': false,
  'json.schemaDownload.enable': false,
  'git.autofetch': false,
  'git.openRepositoryInParentFolders': 'never',
  'window.menuBarVisibility': 'compact',
  'window.commandCenter': false,
  'typescript.tsserver.web.projectWideIntellisense.enabled': false,
};

/**
 * Runs in every frame: keeps each text that the elements worth watching have shown, each breach of a
 * Content-Security-Policy, and the way by which the panel talks to the extension.
 */
const RECORDER = `
  window.pinataShown = {};
  window.pinataBreaches = [];
  const watched = { status: '[id="pinata-code.pinata.pinata.status"]', phase: '.progress-phase', percent: '.progress-percent' };
  const look = () => {
    for (const [name, selector] of Object.entries(watched)) {
      const text = document.querySelector(selector)?.textContent?.trim().replace(/\\s+/g, ' ');
      const shown = (window.pinataShown[name] ??= []);
      if (text && shown.at(-1) !== text) shown.push(text);
    }
  };
  const begin = () => new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true });
  document.addEventListener('DOMContentLoaded', begin);
  let acquire;
  Object.defineProperty(window, 'acquireVsCodeApi', {
    configurable: true,
    get: () => acquire,
    set: (given) => {
      acquire = () => {
        const api = given();
        window.pinataPost = (message) => api.postMessage(message);
        return api;
      };
    },
  });
  document.addEventListener('securitypolicyviolation', (event) => window.pinataBreaches.push(event.violatedDirective + ' ' + event.blockedURI));
`;

const Shown = Type.Array(Type.String());

/** A code-server with the packaged extension installed, in a home of its own, and a Chromium to look at it. */
export class Editor {
  readonly folder: string;
  readonly #server: ChildProcess;
  readonly #browser: Browser;
  readonly #port: number;
  readonly #settings: Record<string, unknown> = { ...SETTINGS };

  private constructor(folder: string, server: ChildProcess, port: number, browser: Browser) {
    this.folder = folder;
    this.#server = server;
    this.#port = port;
    this.#browser = browser;
  }

  /** @param options `askForTrust`: workspaces are not trusted from the start, as in an installed VS Code */
  static async start(options: { askForTrust?: boolean } = {}): Promise<Editor> {
    if (!existsSync(codeServerEntry)) throw new Error('VS Code is missing: run node scripts/setupVscode.ts');
    execFileSync(NODE_BINARY, [join(repositoryFolder, 'scripts', 'package.ts'), '--if-stale'], { stdio: 'inherit' });
    // Short, because VS Code and Pinata make sockets below it.
    const folder = await mkdtemp(join(tmpdir(), 'pv-'));
    const home = { user: join(folder, 'ud', 'User'), temp: join(folder, 't'), home: join(folder, 'home') };
    for (const path of Object.values(home)) mkdirSync(path, { recursive: true });
    writeFileSync(join(home.user, 'settings.json'), JSON.stringify(SETTINGS));
    writeFileSync(join(folder, 'config.yaml'), '');
    execFileSync(NODE_BINARY, [...commonArguments(folder), '--install-extension', VSIX, '--force'], {
      env: environment(folder),
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const trust = options.askForTrust === true ? [] : ['--disable-workspace-trust'];
    const server = spawn(NODE_BINARY, [...commonArguments(folder), ...SERVER_ARGUMENTS, ...trust], {
      env: environment(folder),
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const port = await listeningPort(server);
    return new Editor(folder, server, port, await launchChromium());
  }

  /** The process id of the VS Code server. */
  get pid(): number {
    if (this.#server.pid === undefined) throw new Error('The VS Code server is not running');
    return this.#server.pid;
  }

  /** Changes user settings; open windows follow them. */
  settings(more: Readonly<Record<string, unknown>>): void {
    Object.assign(this.#settings, more);
    writeFileSync(join(this.folder, 'ud', 'User', 'settings.json'), JSON.stringify(this.#settings));
  }

  /** Opens a folder or a .code-workspace file in a window of its own. */
  async open(folder: string): Promise<Window> {
    const context = await this.#browser.newContext({ viewport: { width: 1440, height: 900 } });
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await context.addInitScript({ content: RECORDER });
    const page = await context.newPage();
    page.setDefaultTimeout(STEP);
    const payload = encodeURIComponent(JSON.stringify([['skipWelcome', 'true']]));
    const kind = folder.endsWith('.code-workspace') ? 'workspace' : 'folder';
    await page.goto(`http://127.0.0.1:${this.#port}/?${kind}=${encodeURIComponent(folder)}&payload=${payload}`);
    const window = new Window(page, context);
    await window.ready();
    return window;
  }

  /** Closes the windows a test has left open, so that one that failed does not make the next ones fail. */
  async closeWindows(): Promise<void> {
    await Promise.all(this.#browser.contexts().map((context) => context.close()));
  }

  /** Processes of Pinata's server that run from this editor's installation. */
  pinataProcesses(): Process[] {
    return processes().filter(({ command }) => this.#isPinata(command));
  }

  /** Kills VS Code with all its processes but Pinata's, which then has to notice by itself. */
  kill(): void {
    const all = processes();
    const tree = new Set([this.pid]);
    for (let size = 0; size < tree.size;) {
      size = tree.size;
      for (const { pid, parent } of all) if (tree.has(parent)) tree.add(pid);
    }
    const pinata = new Set(all.filter(({ command }) => this.#isPinata(command)).map(({ pid }) => pid));
    for (const pid of tree) if (!pinata.has(pid)) killIfAlive(pid);
  }

  #isPinata(command: string): boolean {
    return command.includes(join(this.folder, 'exts', 'pinata-code.pinata'));
  }

  async stop(): Promise<void> {
    await this.#browser.close();
    if (this.#server.exitCode === null && this.#server.signalCode === null) {
      const ended = new Promise((resolve) => this.#server.once('exit', resolve));
      this.#server.kill('SIGTERM');
      const forced = setTimeout(() => this.#server.kill('SIGKILL'), 10_000);
      await ended;
      clearTimeout(forced);
    }
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 500 });
  }
}

/** All texts that phase or percentage have shown in the panel since it was loaded. */
export async function shownInPanel(panel: Frame, what: 'phase' | 'percent'): Promise<string[]> {
  return Value.Parse(Shown, await panel.evaluate(`window.pinataShown.${what} ?? []`));
}

/** What the panel's Content-Security-Policy has blocked. */
export async function breachesInPanel(panel: Frame): Promise<string[]> {
  return Value.Parse(Shown, await panel.evaluate('window.pinataBreaches'));
}

/** One window of VS Code. */
export class Window {
  readonly page: Page;
  readonly #context: BrowserContext;

  constructor(page: Page, context: BrowserContext) {
    this.page = page;
    this.#context = context;
  }

  get status(): Locator {
    return this.page.locator('[id="pinata-code.pinata.pinata.status"]');
  }

  get toasts(): Locator {
    return this.page.locator('.notifications-toasts .notification-list-item');
  }

  get dialog(): Locator {
    return this.page.locator('.monaco-dialog-box');
  }

  get quickPick(): Locator {
    return this.page.locator('.quick-input-widget');
  }

  async ready(): Promise<void> {
    await this.page.locator('.monaco-workbench').waitFor();
    await this.status.waitFor();
  }

  /** Runs a command from the palette; again when a part of the window that was still loading took the focus. */
  async command(title: string): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#typeCommand(title);
        return;
      } catch (error) {
        if (attempt === 3) throw error;
        await this.page.keyboard.press('Escape');
      }
    }
  }

  async #typeCommand(title: string): Promise<void> {
    const timeout = STEP / 3;
    const box = this.quickPick.locator('.quick-input-box input');
    await this.page.keyboard.press('F1');
    await box.waitFor({ state: 'visible', timeout });
    await box.fill(`>${title}`, { timeout });
    const row = this.quickPick.locator('.quick-input-list .monaco-list-row', { hasText: title }).first();
    await row.waitFor({ timeout });
    await this.page.keyboard.press('Enter');
  }

  /** The commands that the palette offers for a text. */
  async offeredCommands(text: string): Promise<string[]> {
    const box = this.quickPick.locator('.quick-input-box input');
    await this.page.keyboard.press('F1');
    await box.waitFor({ state: 'visible' });
    await box.fill(`>${text}`);
    const rows = this.quickPick.locator('.quick-input-list .monaco-list-row', { hasText: text });
    await rows.first().waitFor();
    const titles = await rows.locator('.monaco-highlighted-label').allInnerTexts();
    await this.page.keyboard.press('Escape');
    await box.waitFor({ state: 'hidden' });
    return titles.map((title) => title.replaceAll('\u00a0', ' '));
  }

  /** Opens a file of the workspace by its name, beside the panel. */
  async openFile(name: string): Promise<void> {
    const box = this.quickPick.locator('.quick-input-box input');
    await this.page.keyboard.press('F1');
    await box.waitFor({ state: 'visible' });
    await box.fill(name);
    await this.quickPick.locator('.quick-input-list .monaco-list-row', { hasText: name }).first().waitFor();
    await this.page.keyboard.press('Enter');
    await this.page.locator(`.tab.active[data-resource-name="${name}"]`).waitFor();
    await box.waitFor({ state: 'hidden' });
  }

  /** Rests the pointer on a word of a line of code until a hover has come. */
  async hover(line: Locator, word: string): Promise<void> {
    const hovers = this.page.locator('.monaco-hover:visible .hover-row');
    await line.locator('span', { hasText: word }).last().hover();
    await hovers.first().waitFor();
  }

  /** Brings Pinata's view in the side bar into sight; a badge on its icon is no obstacle. */
  async showView(): Promise<void> {
    await this.page.locator('.activitybar .action-label[aria-label^="Pinata"]').click({ force: true });
    await this.page.locator('.composite.title, .pane-header').filter({ hasText: 'Pinata' }).first().waitFor();
  }

  /** Presses a button in the title of Pinata's view. */
  async viewAction(title: string): Promise<void> {
    const header = this.page.locator('.composite.title, .pane-header').filter({ hasText: 'Pinata' });
    await header.locator(`.action-label[aria-label="${title}"]`).first().click();
  }

  /** Sends a message that has an id to the extension as the panel does, and gives its answer. */
  async askAsPanel(panel: Frame, message: { id: number }): Promise<unknown> {
    return panel.evaluate(`new Promise((resolve) => {
      addEventListener('message', ({ data }) => data.type === 'response' && data.id === ${message.id} && resolve(data));
      window.pinataPost(${JSON.stringify(message)});
    })`);
  }

  /** Types an answer into the input box of this title and waits until it has gone. */
  async answer(title: string, text: string): Promise<void> {
    const heading = this.quickPick.locator('.quick-input-title', { hasText: title });
    await heading.waitFor();
    await this.quickPick.locator('.quick-input-box input').fill(text);
    await this.page.keyboard.press('Enter');
    await heading.waitFor({ state: 'hidden' });
  }

  /** The frame of Pinata's panel, once it has rendered. */
  async panel(): Promise<Frame> {
    for (const end = Date.now() + STEP; Date.now() < end; await sleep(100)) {
      for (const frame of this.page.frames().filter((each) => each.url().includes('/fake.html'))) {
        // A frame that goes away while it is asked is not the one looked for.
        if (
          (await frame
            .locator('pinata-app')
            .count()
            .catch(() => 0)) > 0
        )
          return frame;
      }
    }
    throw new Error('The panel did not render');
  }

  /** All texts the status bar item has shown since the window was loaded. */
  async shownStatus(): Promise<string[]> {
    return Value.Parse(Shown, await this.page.evaluate('window.pinataShown.status ?? []'));
  }

  /** Waits until the status bar item shows a text. */
  async waitForStatus(text: RegExp): Promise<void> {
    await this.status.filter({ hasText: text }).waitFor();
  }

  async statusText(): Promise<string> {
    return (await this.status.innerText()).trim();
  }

  async reload(): Promise<void> {
    await this.page.reload();
    await this.ready();
  }

  /** Leaves a picture in test/artefacts/vscode. */
  async screenshot(name: string): Promise<void> {
    await this.page.screenshot({ path: join(ARTEFACTS, `${name}.png`) });
  }

  async close(): Promise<void> {
    await this.#context.close();
  }
}

const SERVER_ARGUMENTS = [
  '--bind-addr=127.0.0.1:0',
  '--auth=none',
  '--cert=false',
  '--disable-telemetry',
  '--disable-update-check',
  '--disable-getting-started-override',
  '--disable-proxy',
  // The default keeps the extension host, and Pinata's server with it, for three hours behind a closed window.
  '--reconnection-grace-time=2',
];

function commonArguments(folder: string): string[] {
  return [
    codeServerEntry,
    `--config=${join(folder, 'config.yaml')}`,
    `--user-data-dir=${join(folder, 'ud')}`,
    `--extensions-dir=${join(folder, 'exts')}`,
  ];
}

function environment(folder: string): NodeJS.ProcessEnv {
  const home = join(folder, 'home');
  const kept = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(npm_|VITEST|NODE_)/.test(name)));
  return {
    ...kept,
    HOME: home,
    XDG_CONFIG_HOME: join(home, '.config'),
    XDG_DATA_HOME: join(home, '.local', 'share'),
    XDG_CACHE_HOME: join(home, '.cache'),
    XDG_RUNTIME_DIR: '',
    TMPDIR: join(folder, 't'),
    EXTENSIONS_GALLERY: '{"serviceUrl":"","itemUrl":"","resourceUrlTemplate":""}',
  };
}

function listeningPort(server: ChildProcess): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  if (!server.stdout) throw new Error('The VS Code server has no stdout');
  createInterface({ input: server.stdout }).on('line', (line) => {
    const port = /listening on http:\/\/127\.0\.0\.1:(\d+)/.exec(line)?.[1];
    if (port !== undefined) resolve(Number(port));
  });
  server.once('exit', (code) => reject(new Error(`The VS Code server ended with code ${code}`)));
  return promise;
}

function launchChromium(): Promise<Browser> {
  const names = ['chromium', 'chromium-browser', 'google-chrome'];
  const candidates = (process.env['PATH'] ?? '')
    .split(delimiter)
    .flatMap((path) => names.map((name) => join(path, name)));
  const executablePath = candidates.find((path) => isExecutable(path));
  if (executablePath === undefined) throw new Error('Chromium is missing: run node scripts/setup.ts');
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
    ],
  });
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    // Not here; the next folder of the PATH is tried.
    return false;
  }
}

interface Process {
  pid: number;
  parent: number;
  command: string;
}

function processes(): Process[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
        const fields = readFileSync(`/proc/${name}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
        return command === '' || fields[0] === 'Z' ? [] : [{ pid: Number(name), parent: Number(fields[1]), command }];
      } catch {
        // The process ended while the list was read.
        return [];
      }
    });
}

function killIfAlive(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It went with its parent.
  }
}
