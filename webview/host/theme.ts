/** Themes of the page; VS Code's own class names, so that one style sheet serves both. */
const THEMES = ['vscode-light', 'vscode-dark', 'vscode-high-contrast', 'vscode-high-contrast-light'] as const;
type Theme = (typeof THEMES)[number];

const STORED = 'pinata.theme';
const LABELS: Readonly<Record<Theme, string>> = {
  'vscode-light': 'Light',
  'vscode-dark': 'Dark',
  'vscode-high-contrast': 'High contrast dark',
  'vscode-high-contrast-light': 'High contrast light',
};

/** The page's theme: what the reader chose, else what the system prefers. In VS Code there is none to choose. */
export class ThemeChoice {
  #current: Theme;

  constructor() {
    this.#current = stored() ?? preferred();
    for (const query of ['(prefers-color-scheme: dark)', '(prefers-contrast: more)']) {
      matchMedia(query).addEventListener('change', () => this.#use(stored() ?? preferred()));
    }
    this.#use(this.#current);
  }

  get label(): string {
    return LABELS[this.#current];
  }

  /** Takes the next theme and keeps it for the next visit. */
  next(): void {
    const following = THEMES[(THEMES.indexOf(this.#current) + 1) % THEMES.length] ?? 'vscode-light';
    localStorage.setItem(STORED, following);
    this.#use(following);
  }

  #use(theme: Theme): void {
    this.#current = theme;
    document.body.classList.remove(...THEMES);
    document.body.dataset['vscodeThemeKind'] = theme;
    document.body.classList.add(theme);
  }
}

function stored(): Theme | null {
  const value = localStorage.getItem(STORED);
  return THEMES.find((theme) => theme === value) ?? null;
}

function preferred(): Theme {
  const dark = matchMedia('(prefers-color-scheme: dark)').matches;
  const contrast = matchMedia('(prefers-contrast: more)').matches;
  if (contrast) return dark ? 'vscode-high-contrast' : 'vscode-high-contrast-light';
  return dark ? 'vscode-dark' : 'vscode-light';
}
