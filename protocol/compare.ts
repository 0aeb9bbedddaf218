import { type Static, Type } from 'typebox';
import { Confidence } from './graph.ts';
import { ScanSummary } from './scan.ts';

/** Parts of a result that are compared. */
export const COMPARED_SECTIONS = ['endpoints', 'tables', 'workflows', 'unresolved', 'nodes'] as const;
export const ComparedSection = Type.Enum([...COMPARED_SECTIONS]);
export type ComparedSection = Static<typeof ComparedSection>;

/** What became of an item from scan `a` to scan `b`. */
export const CHANGES = ['added', 'removed', 'changed'] as const;
export const Change = Type.Enum([...CHANGES]);
export type Change = Static<typeof Change>;

/** In which respect an item differs; `place` is the file of an endpoint that moved. */
export const DIFFERENCE_ASPECTS = [
  'reads',
  'writes',
  'operations',
  'callers',
  'handlers',
  'readers',
  'writers',
  'columns',
  'relations',
  'confidence',
  'provider',
  'place',
] as const;
export const DifferenceAspect = Type.Enum([...DIFFERENCE_ASPECTS]);
export type DifferenceAspect = Static<typeof DifferenceAspect>;

export const Difference = Type.Object(
  {
    aspect: DifferenceAspect,
    added: Type.Array(Type.String(), { description: 'At most 50; `added_total` counts all' }),
    removed: Type.Array(Type.String(), { description: 'At most 50; `removed_total` counts all' }),
    added_total: Type.Integer({ minimum: 0 }),
    removed_total: Type.Integer({ minimum: 0 }),
  },
  { additionalProperties: false, $id: 'Difference' },
);
export type Difference = Static<typeof Difference>;

/** Something that differs; place and confidence are those in `b`, of what was removed those in `a`. */
export const ComparisonItem = Type.Object(
  {
    section: ComparedSection,
    change: Change,
    id: Type.String({ description: 'Stable identity: of the node or workflow, or the name of the table' }),
    name: Type.String(),
    kind: Type.Optional(Type.String({ description: 'Kind of the node; of an unresolved operation its reason' })),
    root: Type.Optional(Type.String()),
    file: Type.Optional(Type.String()),
    line: Type.Optional(Type.Integer({ minimum: 1 })),
    confidence: Type.Optional(Confidence),
    differences: Type.Array(Difference),
  },
  { additionalProperties: false, $id: 'ComparisonItem' },
);
export type ComparisonItem = Static<typeof ComparisonItem>;

export const ChangeCounts = Type.Object(
  {
    added: Type.Integer({ minimum: 0 }),
    removed: Type.Integer({ minimum: 0 }),
    changed: Type.Integer({ minimum: 0 }),
  },
  { additionalProperties: false, $id: 'ChangeCounts' },
);
export type ChangeCounts = Static<typeof ChangeCounts>;

export const ComparisonTotals = Type.Object(
  {
    endpoints: ChangeCounts,
    tables: ChangeCounts,
    workflows: ChangeCounts,
    unresolved: ChangeCounts,
    nodes: ChangeCounts,
  },
  { additionalProperties: false, $id: 'ComparisonTotals' },
);
export type ComparisonTotals = Static<typeof ComparisonTotals>;

/** Query of `GET /scans/{a}/compare/{b}`; sections and changes come in the order they are named above. */
export const CompareQuery = Type.Object(
  {
    section: Type.Optional(ComparedSection),
    change: Type.Optional(Change),
    q: Type.Optional(Type.String({ maxLength: 200, description: 'Text contained in name or file' })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100 })),
    cursor: Type.Optional(Type.String({ maxLength: 500 })),
  },
  { additionalProperties: false, $id: 'CompareQuery' },
);
export type CompareQuery = Static<typeof CompareQuery>;

/** What changed from scan `a` to scan `b`. `totals` are of everything, `total` of what the query asks for. */
export const ScanComparison = Type.Object(
  {
    a: ScanSummary,
    b: ScanSummary,
    totals: ComparisonTotals,
    items: Type.Array(ComparisonItem),
    total: Type.Integer({ minimum: 0 }),
    truncated: Type.Boolean({ description: 'A section has more changes of one sort than are listed (20,000)' }),
    next_cursor: Type.Union([Type.String(), Type.Null()]),
  },
  { additionalProperties: false, $id: 'ScanComparison' },
);
export type ScanComparison = Static<typeof ScanComparison>;

/** What `pinata diff --fail-on` can name. */
export const FAIL_RULE_NAMES = [
  'new-endpoint',
  'removed-endpoint',
  'new-table',
  'removed-table',
  'changed-table',
  'new-table-read',
  'new-table-write',
  'new-workflow',
  'removed-workflow',
  'changed-workflow',
  'new-unlinked',
  'any',
] as const;
export type FailRule = (typeof FAIL_RULE_NAMES)[number];

/** What each rule stands for. */
export const FAIL_RULES: Readonly<Record<FailRule, string>> = {
  'new-endpoint': 'an endpoint was added',
  'removed-endpoint': 'an endpoint was removed; one that moved to another file was not',
  'new-table': 'a table was added',
  'removed-table': 'a table was removed',
  'changed-table': 'columns or relations of a table changed',
  'new-table-read': 'something reads a table that did not read it before',
  'new-table-write': 'something writes a table that did not write it before',
  'new-workflow': 'a workflow was added',
  'removed-workflow': 'a workflow was removed',
  'changed-workflow': 'a workflow reads, writes or does something else than before',
  'new-unlinked': 'an operation is not joined to anything that was joined, or was not there, before',
  any: 'anything changed',
};
