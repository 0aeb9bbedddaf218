import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

const CODE_LIFE_MS = 60 * 60 * 1000;
const MAX_SESSIONS = 1000;

/** A random secret of 256 bits. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** Compares in constant time; hashing first makes the lengths equal. */
export function sameSecret(given: string, expected: string): boolean {
  return timingSafeEqual(digest(given), digest(expected));
}

/** One-time codes for opening the page, and the sessions that browsers have got for them. */
export class PageSessions {
  /** Hash of the code to the time it ends. */
  readonly #codes = new Map<string, number>();
  readonly #sessions = new Set<string>();

  /** A code that opens the page once, within an hour. */
  newCode(): string {
    const code = newSecret();
    this.#codes.set(digest(code).toString('hex'), Date.now() + CODE_LIFE_MS);
    return code;
  }

  /** @returns a session secret for the cookie, null when the code is wrong, used or too old */
  exchange(code: string): string | null {
    const key = digest(code).toString('hex');
    const ends = this.#codes.get(key);
    if (ends === undefined) return null;
    this.#codes.delete(key);
    return Date.now() <= ends ? this.newSession() : null;
  }

  newSession(): string {
    const oldest = this.#sessions.size >= MAX_SESSIONS ? [...this.#sessions][0] : undefined;
    if (oldest) this.#sessions.delete(oldest);
    const session = newSecret();
    this.#sessions.add(digest(session).toString('hex'));
    return session;
  }

  /** Looks a session up by its hash, so that timing tells nothing about the secret. */
  isValid(session: string): boolean {
    return this.#sessions.has(digest(session).toString('hex'));
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
