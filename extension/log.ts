/** The part of `vscode.LogOutputChannel` the extension writes to; modules that take this can run without VS Code. */
export interface Log {
  error(message: string): void;
  warn(message: string): void;
  info(message: string): void;
  debug(message: string): void;
}

/** What failed and why, one line a cause, for the log. */
export function causeChain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = error.stack ?? `${error.name}: ${error.message}`;
  return error.cause === undefined ? own : `${own}\nCaused by: ${causeChain(error.cause)}`;
}

/** What failed and why, in one sentence a cause, for a person. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? explain(error.cause) : null;
  return cause === null || error.message.includes(cause) ? error.message : `${error.message}: ${cause}`;
}
