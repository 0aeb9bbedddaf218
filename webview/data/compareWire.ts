import type {
  Change,
  ChangeCounts,
  ComparedSection,
  ComparisonItem,
  ComparisonTotals,
  Difference,
  DifferenceAspect,
  ScanComparison,
} from '#protocol/compare.ts';
import { isFlag, isNumber, isText, listOf, nullable, oneOf, shape } from './guards.ts';
import { isConfidence, isScanSummary } from './wire.ts';

/** Sections in words. */
export const SECTIONS: Readonly<Record<ComparedSection, string>> = {
  workflows: 'Workflows',
  endpoints: 'Endpoints',
  tables: 'Tables',
  unresolved: 'Not linked',
  nodes: 'Operations',
};

export const CHANGES: Readonly<Record<Change, { label: string; icon: string }>> = {
  added: { label: 'Appeared', icon: 'diff-added' },
  removed: { label: 'Gone', icon: 'diff-removed' },
  changed: { label: 'Changed', icon: 'diff-modified' },
};

export const ASPECTS: Readonly<Record<DifferenceAspect, string>> = {
  reads: 'reads',
  writes: 'writes',
  operations: 'operations',
  callers: 'callers',
  handlers: 'handlers',
  readers: 'readers',
  writers: 'writers',
  columns: 'columns',
  relations: 'relations',
  confidence: 'confidence',
  provider: 'library',
  place: 'place',
};

const isDifference = shape<Difference>(
  {
    aspect: oneOf(ASPECTS),
    added: listOf(isText),
    removed: listOf(isText),
    added_total: isNumber,
    removed_total: isNumber,
  },
  {},
);

export const isComparisonItem = shape<ComparisonItem>(
  {
    section: oneOf(SECTIONS),
    change: oneOf(CHANGES),
    id: isText,
    name: isText,
    differences: listOf(isDifference),
  },
  { kind: isText, root: isText, file: isText, line: isNumber, confidence: isConfidence },
);

const isCounts = shape<ChangeCounts>({ added: isNumber, removed: isNumber, changed: isNumber }, {});

export const isComparison = shape<ScanComparison>(
  {
    a: isScanSummary,
    b: isScanSummary,
    totals: shape<ComparisonTotals>(
      { endpoints: isCounts, tables: isCounts, workflows: isCounts, unresolved: isCounts, nodes: isCounts },
      {},
    ),
    items: listOf(isComparisonItem),
    total: isNumber,
    truncated: isFlag,
    next_cursor: nullable(isText),
  },
  {},
);
