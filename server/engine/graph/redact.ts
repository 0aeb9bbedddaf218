const SECRET_NAME =
  '\\b(password|pwd|accountkey|sharedaccesskey|secret|api[_-]?key|access[_-]?token|client[_-]?secret)';
/** `accessToken={token}` of JSX. */
const JSX_VALUE = '\\{[^{}]*\\}(?=[\\s/>]|$)';
/** In code: a type, an operator, a member or a call of a value. */
const CODE = '(?:string|number|boolean|unknown|any|null|undefined|true|false|await|new)\\b|[({[]|[a-z]\\w*[?!]?[.(\\[]';

const PATTERNS: readonly [RegExp, string][] = [
  [new RegExp(`${SECRET_NAME}(\\s*[=:]\\s*)(["'\`])[^"'\`]+`, 'gi'), '$1$2$3•••'],
  // Connection strings: Password=…; Pwd=…; AccountKey=…; SharedAccessKey=…
  [new RegExp(`${SECRET_NAME}(=)(?!["'\`\\s=>]|${JSX_VALUE})[^;"'\`\\s,)}]+`, 'gi'), '$1$2•••'],
  [new RegExp(`${SECRET_NAME}(\\s+=\\s*|\\s*:\\s*|=\\s+)(?!["'\`=>]|${CODE})[^;"'\`\\s,)}]+`, 'gi'), '$1$2•••'],
  // User information in URLs.
  [/(\b[a-z][a-z0-9+.-]*:\/\/)[^/\s:@"'`]+:[^/\s@"'`]+@/gi, '$1•••@'],
  // Bearer tokens and JSON web tokens.
  [/\b(bearer\s+)[A-Za-z0-9._~+/-]{16,}=*/gi, '$1•••'],
  [/\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]*/g, '•••'],
  // Well-known key shapes: cloud access keys, payment and repository tokens.
  [
    /\b(AKIA[0-9A-Z]{16}|sk_(?:live|test)_[A-Za-z0-9]{16,}|gh[pousr]_[A-Za-z0-9]{30,}|xox[baprs]-[A-Za-z0-9-]{10,})\b/g,
    '•••',
  ],
];

/** Removes what looks like a secret from a text that may be shown or exported. */
export function redact(text: string): string {
  let redacted = text;
  for (const [pattern, replacement] of PATTERNS) redacted = redacted.replace(pattern, replacement);
  return redacted;
}
