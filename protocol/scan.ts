import { type Static, Type } from 'typebox';

/** A life-cycle state of a scan; `completed`, `error` and `cancelled` are terminal. */
export const ScanState = Type.Enum(['queued', 'discovering', 'scanning', 'linking', 'completed', 'error', 'cancelled']);
export type ScanState = Static<typeof ScanState>;

const TERMINAL: ReadonlySet<ScanState> = new Set<ScanState>(['completed', 'error', 'cancelled']);

/** Whether no further update follows a status in this state. */
export function isTerminal(state: ScanState): boolean {
  return TERMINAL.has(state);
}

/** Body of `POST /scan`. */
export const ScanRequest = Type.Object(
  {
    repository_path: Type.String({ minLength: 1, maxLength: 4096, description: 'Absolute path of the folder to scan' }),
    file_types: Type.Optional(
      Type.Array(Type.String({ pattern: '^\\.[A-Za-z0-9.]+$', maxLength: 20 }), {
        maxItems: 50,
        description: 'Only files with these extensions; every supported one when absent',
      }),
    ),
    exclude_patterns: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 500 }), {
        maxItems: 500,
        description: 'Patterns in .gitignore syntax, relative to each root',
      }),
    ),
    roots: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 4096 }), {
        maxItems: 50,
        description: 'Further folders scanned into the same graph',
      }),
    ),
    include_tests: Type.Optional(Type.Boolean({ description: 'Also scan test code; off by default' })),
    trusted: Type.Optional(
      Type.Boolean({
        description: 'Whether rule packs named by pinata.json in the folders may be used; off by default',
      }),
    ),
  },
  { additionalProperties: false, $id: 'ScanRequest' },
);
export type ScanRequest = Static<typeof ScanRequest>;

/** Body of the 202 answer to `POST /scan`. */
export const ScanAccepted = Type.Object(
  { scan_id: Type.String(), status: Type.Literal('queued'), message: Type.String() },
  { $id: 'ScanAccepted' },
);
export type ScanAccepted = Static<typeof ScanAccepted>;

/**
 * The status of a scan, also every progress update on the WebSocket, the event stream and the Redis channel.
 * `progress` is 0..100 over all phases, never decreases, is `null` while the total is unknown and 100 only in
 * `completed`. `seq` rises with every update of one scan. `timestamp` is ISO 8601 in UTC.
 */
export const ScanStatus = Type.Object(
  {
    type: Type.Literal('scan_update'),
    scan_id: Type.String(),
    seq: Type.Integer({ minimum: 0 }),
    status: ScanState,
    progress: Type.Union([Type.Number({ minimum: 0, maximum: 100 }), Type.Null()]),
    message: Type.String(),
    files_scanned: Type.Integer({ minimum: 0 }),
    total_files: Type.Integer({ minimum: 0 }),
    nodes_found: Type.Integer({ minimum: 0 }),
    eta_seconds: Type.Union([Type.Number({ minimum: 0 }), Type.Null()]),
    current_file: Type.Optional(Type.String()),
    error: Type.Optional(Type.String()),
    timestamp: Type.String(),
  },
  { additionalProperties: false, $id: 'ScanStatus' },
);
export type ScanStatus = Static<typeof ScanStatus>;

/** One row of the scan history. */
export const ScanSummary = Type.Object(
  {
    scan_id: Type.String(),
    status: ScanState,
    roots: Type.Array(Type.Object({ name: Type.String(), path: Type.String() })),
    started_at: Type.String(),
    finished_at: Type.Union([Type.String(), Type.Null()]),
    duration_ms: Type.Union([Type.Integer({ minimum: 0 }), Type.Null()]),
    files_scanned: Type.Integer({ minimum: 0 }),
    nodes_found: Type.Integer({ minimum: 0 }),
    workflows_found: Type.Integer({ minimum: 0 }),
    message: Type.String(),
    error: Type.Optional(Type.String()),
  },
  { additionalProperties: false, $id: 'ScanSummary' },
);
export type ScanSummary = Static<typeof ScanSummary>;
