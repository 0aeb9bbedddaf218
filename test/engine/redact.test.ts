import { describe, expect, it } from 'vitest';
import { redact } from '#engine/graph/redact.ts';

describe('a text that is shown', () => {
  it.each([
    ['Server=x;Password=hunter2;Database=y', 'Server=x;Password=•••;Database=y'],
    ['Password=a.b.c;', 'Password=•••;'],
    ['password=$tr0ng;', 'password=•••;'],
    ['Pwd={odbc;', 'Pwd=•••;'],
    ['const password = "two words";', 'const password = "•••";'],
    [`{ apiKey: 'abc', other: 1 }`, `{ apiKey: '•••', other: 1 }`],
    ['password: hunter2', 'password: •••'],
    ['https://user:hunter2@host/path', 'https://•••@host/path'],
  ])('loses its secrets: %s', (text, shown) => {
    expect(redact(text)).toBe(shown);
  });

  it.each([
    '<Gallery accessToken={token} onClose={close} />',
    'function login(name: string, password: string)',
    'login({ password: user.password, secret: await load() })',
    'password = form.value.password;',
    'if (password == other) {',
    'secret => use(secret)',
  ])('keeps its code: %s', (text) => {
    expect(redact(text)).toBe(text);
  });
});
