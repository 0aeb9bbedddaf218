import ignore, { type Ignore } from 'ignore';

/** Ten times what the longest sensible pattern has. */
const MAX_PATTERN_LENGTH = 1000;
const MAX_STARS_PER_NAME = 3;
const MAX_DOUBLE_STARS = 4;

/** Patterns in .gitignore syntax, matched against paths relative to the folder they stand for. */
export class PatternSet {
  readonly #rules: Ignore;

  /** @param patterns lines of a .gitignore file; lines that cannot be matched safely are left out */
  constructor(patterns: readonly string[]) {
    this.#rules = ignore();
    for (const pattern of patterns) if (isSafePattern(pattern)) this.#rules.add(pattern);
  }

  /** The pattern that excludes `file`, undefined when none does. */
  excludedBy(file: string): string | undefined {
    return this.#test(file)?.rule?.pattern;
  }

  /** What the patterns say of a path: true to ignore it, false to keep it, undefined when they do not mention it. */
  verdict(path: string): boolean | undefined {
    const result = this.#test(path);
    if (result?.ignored) return true;
    return result?.unignored ? false : undefined;
  }

  #test(path: string) {
    // Names like `...` are legal in a file system but no relative paths to `ignore`, which throws for them.
    return ignore.isPathValid(path) ? this.#rules.test(path) : undefined;
  }
}

/**
 * Whether matching a pattern takes reasonable time: each wildcard of one name multiplies the work, and a workspace's
 * .gitignore is not trusted.
 */
function isSafePattern(pattern: string): boolean {
  if (pattern.length > MAX_PATTERN_LENGTH) return false;
  const names = pattern.split('/');
  const doubleStars = names.filter((name) => name === '**').length;
  if (doubleStars > MAX_DOUBLE_STARS) return false;
  return names.every((name) => name === '**' || (name.match(/\*+/g)?.length ?? 0) <= MAX_STARS_PER_NAME);
}
