/** The most alternatives one pattern is expanded to; a longer one is left out rather than flooding the request. */
const MAX_EXPANSION = 64;

/**
 * The patterns of VS Code's `files.exclude` in .gitignore syntax. Conditional ones (`{"when": …}`) hide a file because
 * of another one beside it and are left out: hiding build output of a source is no reason not to read it.
 */
export function toIgnorePatterns(filesExclude: Readonly<Record<string, unknown>>): string[] {
  const on = Object.entries(filesExclude).flatMap(([pattern, value]) => (value === true ? [pattern] : []));
  return on.flatMap((pattern) => expandBraces(pattern)).map((pattern) => anchor(pattern));
}

/** A glob without leading `**` counts from the folder; in .gitignore syntax a leading slash says so. */
function anchor(pattern: string): string {
  return pattern.startsWith('**/') || pattern.startsWith('/') ? pattern : `/${pattern}`;
}

/** `*.{js,map}` → `*.js`, `*.map`: .gitignore syntax has no braces. */
function expandBraces(pattern: string): string[] {
  let open = [pattern];
  for (;;) {
    const next = open.flatMap((each) => expandFirst(each));
    if (next.length > MAX_EXPANSION) return [];
    if (next.length === open.length) return next;
    open = next;
  }
}

function expandFirst(pattern: string): string[] {
  const match = /\{([^{}]*,[^{}]*)\}/.exec(pattern);
  if (!match) return [pattern];
  const [whole, inner = ''] = match;
  const before = pattern.slice(0, match.index);
  const after = pattern.slice(match.index + whole.length);
  return inner.split(',').map((alternative) => before + alternative + after);
}
