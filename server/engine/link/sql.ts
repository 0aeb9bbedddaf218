/** What a SQL text does to which table, as far as its first statement tells. */
export interface SqlStatement {
  access: 'read' | 'write';
  /** Table name without schema and quotes, undefined for what names none (EXEC, CALL). */
  table: string | undefined;
}

const NAME = String.raw`(?:[[\]"\`\w{}]+\.)*[["\`]?([\w$]+)[\]"\`]?`;
const PATTERNS: readonly { access: 'read' | 'write'; pattern: RegExp }[] = [
  {
    access: 'write',
    pattern: new RegExp(
      String.raw`^\s*(?:insert|replace|merge)\s+(?:or\s+\w+\s+)?(?:ignore\s+)?(?:into\s+)?${NAME}`,
      'i',
    ),
  },
  { access: 'write', pattern: new RegExp(String.raw`^\s*update\s+(?:only\s+)?(?:top\s*\(\d+\)\s+)?${NAME}`, 'i') },
  { access: 'write', pattern: new RegExp(String.raw`^\s*delete\s+(?:top\s*\(\d+\)\s+)?(?:from\s+)?${NAME}`, 'i') },
  { access: 'write', pattern: new RegExp(String.raw`^\s*truncate\s+(?:table\s+)?${NAME}`, 'i') },
  {
    access: 'write',
    pattern: new RegExp(
      String.raw`^\s*(?:create|alter|drop)\s+(?:\w+\s+)*?table\s+(?:if\s+(?:not\s+)?exists\s+)?${NAME}`,
      'i',
    ),
  },
  {
    access: 'read',
    pattern: new RegExp(String.raw`^\s*(?:with\b[\s\S]*?\)\s*)?select\b[\s\S]*?\bfrom\s+${NAME}`, 'i'),
  },
];

/** Reads verb and table of a SQL text; undefined when it does not look like SQL. Comments in front are skipped. */
export function parseSql(text: string): SqlStatement | undefined {
  const sql = text.replace(/^(\s*(--[^\n]*\n|\/\*[\s\S]*?\*\/))+/, '');
  for (const { access, pattern } of PATTERNS) {
    const found = pattern.exec(sql);
    if (found) return { access, table: found[1] };
  }
  if (/^\s*(?:with|select)\b/i.test(sql)) return { access: 'read', table: undefined };
  if (/^\s*(?:insert|update|delete|merge|exec|execute|call|create|alter|drop)\b/i.test(sql))
    return { access: 'write', table: undefined };
  return undefined;
}
