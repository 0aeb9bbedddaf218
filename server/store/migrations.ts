/**
 * The schema of the database, one entry a version; an entry is never edited once released. Rows of a result carry
 * `scan` (the scan's row number) and `ord` (their place in the result); `body` is the JSON of the wire object, the
 * columns beside it are what lists filter and sort by.
 */
export const MIGRATIONS: readonly string[] = [
  `
CREATE TABLE scans (
  scan INTEGER PRIMARY KEY,
  scan_id TEXT NOT NULL UNIQUE,
  state TEXT NOT NULL,
  status TEXT NOT NULL,
  request TEXT NOT NULL,
  roots TEXT NOT NULL,
  first_root TEXT NOT NULL,
  started_at TEXT NOT NULL,
  finished_at TEXT,
  error TEXT,
  owner_host TEXT NOT NULL,
  owner_pid INTEGER NOT NULL,
  owner TEXT NOT NULL,
  heartbeat_ms INTEGER NOT NULL,
  result_written INTEGER NOT NULL DEFAULT 0,
  workflows_found INTEGER NOT NULL DEFAULT 0,
  files_found INTEGER NOT NULL DEFAULT 0,
  files_scanned INTEGER NOT NULL DEFAULT 0,
  files_skipped INTEGER NOT NULL DEFAULT 0,
  files_failed INTEGER NOT NULL DEFAULT 0,
  phases TEXT NOT NULL DEFAULT '{}',
  deleted INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX scans_by_root ON scans (first_root, scan);
CREATE INDEX scans_unfinished ON scans (state) WHERE finished_at IS NULL;

CREATE TABLE nodes (
  row INTEGER PRIMARY KEY,
  scan INTEGER NOT NULL,
  ord INTEGER NOT NULL,
  id TEXT NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  file TEXT NOT NULL,
  line INTEGER NOT NULL,
  target TEXT,
  confidence TEXT NOT NULL,
  body TEXT NOT NULL
);
CREATE UNIQUE INDEX nodes_by_id ON nodes (scan, id);
CREATE UNIQUE INDEX nodes_by_filter ON nodes (scan, ord, kind, confidence, file, line, name, target);

CREATE TABLE edges (
  row INTEGER PRIMARY KEY,
  scan INTEGER NOT NULL,
  ord INTEGER NOT NULL,
  source TEXT NOT NULL,
  target TEXT NOT NULL,
  kind TEXT NOT NULL,
  body TEXT NOT NULL
);
CREATE UNIQUE INDEX edges_by_ord ON edges (scan, ord, kind);
CREATE INDEX edges_by_source ON edges (scan, source);
CREATE INDEX edges_by_target ON edges (scan, target);

CREATE TABLE workflows (
  row INTEGER PRIMARY KEY,
  scan INTEGER NOT NULL,
  ord INTEGER NOT NULL,
  id TEXT NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  file TEXT NOT NULL,
  line INTEGER NOT NULL,
  target TEXT NOT NULL,
  confidence TEXT NOT NULL,
  step_count INTEGER NOT NULL,
  body TEXT NOT NULL
);
CREATE UNIQUE INDEX workflows_by_ord ON workflows (scan, ord);

CREATE TABLE endpoints (
  row INTEGER PRIMARY KEY,
  scan INTEGER NOT NULL,
  ord INTEGER NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  file TEXT NOT NULL,
  line INTEGER NOT NULL,
  target TEXT,
  confidence TEXT NOT NULL,
  callers INTEGER NOT NULL,
  handlers INTEGER NOT NULL,
  body TEXT NOT NULL
);
CREATE UNIQUE INDEX endpoints_by_ord ON endpoints (scan, ord);

CREATE TABLE tables (
  row INTEGER PRIMARY KEY,
  scan INTEGER NOT NULL,
  ord INTEGER NOT NULL,
  name TEXT NOT NULL,
  file TEXT NOT NULL,
  target TEXT NOT NULL,
  readers INTEGER NOT NULL,
  writers INTEGER NOT NULL,
  body TEXT NOT NULL
);
CREATE UNIQUE INDEX tables_by_ord ON tables (scan, ord);

CREATE TABLE schemas (
  row INTEGER PRIMARY KEY,
  scan INTEGER NOT NULL,
  ord INTEGER NOT NULL,
  body TEXT NOT NULL
);
CREATE UNIQUE INDEX schemas_by_ord ON schemas (scan, ord);

CREATE TABLE unresolved (
  row INTEGER PRIMARY KEY,
  scan INTEGER NOT NULL,
  ord INTEGER NOT NULL,
  reason TEXT NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  file TEXT NOT NULL,
  line INTEGER NOT NULL,
  target TEXT,
  confidence TEXT NOT NULL,
  body TEXT NOT NULL
);
CREATE UNIQUE INDEX unresolved_by_ord ON unresolved (scan, ord);

CREATE TABLE files (
  row INTEGER PRIMARY KEY,
  scan INTEGER NOT NULL,
  ord INTEGER NOT NULL,
  path TEXT NOT NULL,
  status TEXT NOT NULL,
  reason TEXT
);
CREATE UNIQUE INDEX files_by_ord ON files (scan, ord);
CREATE INDEX files_by_path ON files (scan, path);
`,
  `
ALTER TABLE scans ADD COLUMN suppressed TEXT NOT NULL DEFAULT '[]';
ALTER TABLE scans ADD COLUMN notices TEXT NOT NULL DEFAULT '[]';
`,
  `
CREATE TABLE workflow_groups (
  row INTEGER PRIMARY KEY,
  scan INTEGER NOT NULL,
  ord INTEGER NOT NULL,
  grouping TEXT NOT NULL,
  key TEXT NOT NULL,
  label TEXT NOT NULL,
  workflow INTEGER NOT NULL
);
CREATE INDEX workflow_groups_by_key ON workflow_groups (scan, grouping, key, workflow, label);
CREATE UNIQUE INDEX workflows_by_id ON workflows (scan, id);
`,
  `
CREATE TABLE workflow_nodes (
  row INTEGER PRIMARY KEY,
  scan INTEGER NOT NULL,
  ord INTEGER NOT NULL,
  node TEXT NOT NULL,
  total INTEGER NOT NULL,
  workflows TEXT NOT NULL
);
CREATE UNIQUE INDEX workflow_nodes_by_node ON workflow_nodes (scan, node);
`,
  `
ALTER TABLE scans ADD COLUMN fingerprint TEXT;
ALTER TABLE scans ADD COLUMN result_of INTEGER;
CREATE INDEX scans_by_fingerprint ON scans (fingerprint) WHERE fingerprint IS NOT NULL;
CREATE INDEX scans_by_result_of ON scans (result_of) WHERE result_of IS NOT NULL;
`,
  // Numbers of removed scans are never given again: what is known by a number, such as totals, stays true.
  `
CREATE TABLE scan_numbers (scan INTEGER PRIMARY KEY AUTOINCREMENT);
INSERT INTO scan_numbers (scan) SELECT max(scan) FROM scans;
DELETE FROM scan_numbers;
`,
];

/** Tables that hold the rows of results. */
export const RESULT_TABLES = [
  'nodes',
  'edges',
  'workflows',
  'workflow_groups',
  'workflow_nodes',
  'endpoints',
  'tables',
  'schemas',
  'unresolved',
  'files',
] as const;
