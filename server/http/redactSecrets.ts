const HIDDEN = '•••';

/** What gives a secret away, each with the secret as its last group; the groups before it are kept. */
const SECRETS: readonly RegExp[] = [
  // Connection strings and assignments: Password=…; pwd: '…', apiKey = "…"
  /((?:password|passwd|pwd|secret|api[_-]?key|access[_-]?key|account[_-]?key|client[_-]?secret|private[_-]?key|token)["']?\s*[:=]\s*["'`]?)([^\s"'`;,)}]{4,})/gi,
  // Credentials in URLs
  /(\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@"']+:)([^\s/@"']+)(?=@)/gi,
  /(\bBearer\s+)([A-Za-z0-9._~+/-]{12,}=*)/gi,
  // Known token shapes: AWS, GitHub, Slack, JSON web tokens
  /()\b(AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{20,}|xox[abprs]-[A-Za-z0-9-]{10,}|eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]*)/g,
];

/** Text of a source file with what looks like a secret hidden. Code that merely mentions a variable is kept. */
export function redactSecrets(text: string): string {
  return SECRETS.reduce(
    (redacted, pattern) =>
      redacted.replace(pattern, (whole: string, before: string, secret: string) =>
        isExpression(secret) ? whole : before + HIDDEN,
      ),
    text,
  );
}

/** `token: string`, `password = this.form.password`, `apiKey: process.env.KEY` hold no secret. */
function isExpression(text: string): boolean {
  return /^(?:string|number|boolean|null|undefined|true|false|await|new|\w+(?:\??\.\w+)+[(;]?.*|\w+\(.*|\{.*|\$\{.*)$/.test(
    text,
  );
}
