import { type Static, Type } from 'typebox';
import { GraphNode } from './graph.ts';

/** Query of `GET /scan/{id}/marks`: one file of the scan. */
export const MarksQuery = Type.Object(
  {
    root: Type.String({ minLength: 1, maxLength: 500 }),
    file: Type.String({ minLength: 1, maxLength: 4096 }),
  },
  { additionalProperties: false, $id: 'MarksQuery' },
);
export type MarksQuery = Static<typeof MarksQuery>;

/** What an editor shows a node as: a handler is a function that an event, a request, a message or a timer runs. */
export const MARK_ROLES = ['endpoint', 'handler', 'entity', 'function', 'operation'] as const;
export const MarkRole = Type.Enum([...MARK_ROLES]);
export type MarkRole = Static<typeof MarkRole>;

/** A node of a file and what an editor says beside it. */
export const CodeMark = Type.Object(
  {
    node: GraphNode,
    role: MarkRole,
    workflows: Type.Integer({ minimum: 0, description: 'Workflows that pass through it; of a table: that access it' }),
    reads: Type.Array(Type.String(), { description: 'Tables that are read from here on' }),
    writes: Type.Array(Type.String(), { description: 'Tables that are written from here on' }),
    callers: Type.Optional(Type.Integer({ minimum: 0, description: 'Of an endpoint: calls in the scanned code' })),
    readers: Type.Optional(Type.Integer({ minimum: 0, description: 'Of an entity: operations that read its table' })),
    writers: Type.Optional(Type.Integer({ minimum: 0, description: 'Of an entity: operations that write its table' })),
  },
  { additionalProperties: false, $id: 'CodeMark' },
);
export type CodeMark = Static<typeof CodeMark>;

/** All marks of a file in the order of its lines. */
export const FileMarks = Type.Object(
  {
    root: Type.String(),
    file: Type.String(),
    scanned: Type.Boolean({ description: 'Whether the scan has read this file' }),
    marks: Type.Array(CodeMark),
    truncated: Type.Boolean({ description: 'The list is cut at 2000' }),
  },
  { additionalProperties: false, $id: 'FileMarks' },
);
export type FileMarks = Static<typeof FileMarks>;
