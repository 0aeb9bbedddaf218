import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { Type } from 'typebox';
import { GraphNode, Workflow } from '#protocol/graph.ts';
import type { CodeMark, FileMarks, MarkRole, MarksQuery } from '#protocol/marks.ts';
import { storedJson } from './storedJson.ts';

const MOST_MARKS = 2000;
/** Most nodes visited from one function; what lies further away is no help beside a line of code. */
const MOST_VISITED = 1000;
const FOLLOWED: ReadonlySet<string> = new Set([
  'handles',
  'calls',
  'performs',
  'requests',
  'delivers',
  'navigates',
  'accesses',
]);
/** Kinds of functions and entries that lead on to tables; an operation stands for itself. */
const LEADING: ReadonlySet<MarkRole> = new Set<MarkRole>(['endpoint', 'handler', 'function']);

const parseNode = storedJson(GraphNode, 'node');
const parseTables = storedJson(Type.Pick(Workflow, ['reads', 'writes']), 'tables of a workflow');

interface Step {
  target: string;
  kind: string;
}

interface Tables {
  reads: ReadonlySet<string>;
  writes: ReadonlySet<string>;
}

/** What an editor shows beside the lines of one file. `scan` is the row number of a scan whose result is written. */
export function fileMarks(database: DatabaseSync, scan: number, { root, file }: MarksQuery): FileMarks {
  const rows = database
    .prepare(
      `SELECT body FROM nodes WHERE row IN (SELECT row FROM nodes WHERE scan = ? AND file = ?)
       AND json_extract(body, '$.root') = ? ORDER BY line, ord LIMIT ${MOST_MARKS + 1}`,
    )
    .all(scan, file, root);
  const nodes = rows.slice(0, MOST_MARKS).map((row) => parseNode(row['body']));
  const marker = new Marker(database, scan);
  const scanned = database
    .prepare(`SELECT 1 FROM files WHERE scan = ? AND path = ? AND status = 'scanned' LIMIT 1`)
    .get(scan, `${root}/${file}`);
  return {
    root,
    file,
    scanned: scanned !== undefined,
    marks: nodes.map((node) => marker.mark(node)),
    truncated: rows.length > MOST_MARKS,
  };
}

class Marker {
  readonly #scan: number;
  readonly #outgoing: StatementSync;
  readonly #incoming: StatementSync;
  readonly #kind: StatementSync;
  readonly #passing: StatementSync;
  readonly #tablesOfWorkflows: StatementSync;
  readonly #table: StatementSync;
  readonly #workflowsOfTable: StatementSync;
  readonly #steps = new Map<string, Step[]>();
  readonly #kinds = new Map<string, { kind: string; name: string }>();

  constructor(database: DatabaseSync, scan: number) {
    this.#scan = scan;
    this.#outgoing = database.prepare('SELECT target, kind FROM edges WHERE scan = ? AND source = ? ORDER BY ord');
    this.#incoming = database.prepare('SELECT count(*) AS n FROM edges WHERE scan = ? AND target = ? AND kind = ?');
    this.#kind = database.prepare('SELECT kind, name FROM nodes WHERE scan = ? AND id = ?');
    this.#passing = database.prepare('SELECT total FROM workflow_nodes WHERE scan = ? AND node = ?');
    this.#tablesOfWorkflows = database.prepare(
      `SELECT json_object('reads', json_extract(w.body, '$.reads'), 'writes', json_extract(w.body, '$.writes')) AS tables
       FROM workflow_nodes AS n, json_each(n.workflows) AS place
       JOIN workflows AS w ON w.scan = n.scan AND w.ord = place.value WHERE n.scan = ? AND n.node = ?`,
    );
    this.#table = database.prepare('SELECT readers, writers FROM tables WHERE scan = ? AND name = ?');
    this.#workflowsOfTable = database.prepare(
      `SELECT count(*) AS n FROM workflow_groups WHERE scan = ? AND grouping = 'table' AND key = ?`,
    );
  }

  mark(node: GraphNode): CodeMark {
    const role = this.#roleOf(node);
    if (role === 'entity') return this.#entity(node);
    const workflows = Number(this.#passing.get(this.#scan, node.id)?.['total'] ?? 0);
    const tables = LEADING.has(role) ? this.#tables(node.id, workflows) : { reads: [], writes: [] };
    const callers = role === 'endpoint' ? { callers: this.#count(node.id, 'requests') } : {};
    return { node, role, workflows, ...tables, ...callers };
  }

  #roleOf({ kind, id }: GraphNode): MarkRole {
    if (kind === 'table') return 'entity';
    if (kind === 'api_endpoint') return 'endpoint';
    if (kind !== 'function') return 'operation';
    return this.#count(id, 'handles') > 0 ? 'handler' : 'function';
  }

  #count(target: string, kind: string): number {
    return Number(this.#incoming.get(this.#scan, target, kind)?.['n'] ?? 0);
  }

  #entity(node: GraphNode): CodeMark {
    const row = this.#table.get(this.#scan, node.name);
    const workflows = Number(this.#workflowsOfTable.get(this.#scan, node.name)?.['n'] ?? 0);
    const [readers, writers] = [Number(row?.['readers'] ?? 0), Number(row?.['writers'] ?? 0)];
    return { node, role: 'entity', workflows, reads: [], writes: [], readers, writers };
  }

  /** What is reached from a node, without what none of its workflows does: generic code reaches more than is used. */
  #tables(node: string, workflows: number): { reads: string[]; writes: string[] } {
    const reached = this.#reached(node);
    const used = workflows === 0 ? reached : this.#used(node);
    const both = (a: ReadonlySet<string>, b: ReadonlySet<string>): string[] =>
      [...a].filter((table) => b.has(table)).toSorted((x, y) => (x < y ? -1 : 1));
    return { reads: both(reached.reads, used.reads), writes: both(reached.writes, used.writes) };
  }

  #used(node: string): Tables {
    const tables = this.#tablesOfWorkflows.all(this.#scan, node).map((row) => parseTables(row['tables']));
    return {
      reads: new Set(tables.flatMap(({ reads }) => reads)),
      writes: new Set(tables.flatMap(({ writes }) => writes)),
    };
  }

  #reached(start: string): Tables {
    const reads = new Set<string>();
    const writes = new Set<string>();
    const seen = new Set([start]);
    const queue = [start];
    for (let current = queue.pop(); current !== undefined; current = queue.pop()) {
      const writing = this.#nodeOf(current).kind === 'database_write';
      for (const { target, kind } of this.#next(current)) {
        if (kind === 'accesses') (writing ? writes : reads).add(this.#nodeOf(target).name);
        if (seen.has(target) || seen.size >= MOST_VISITED) continue;
        seen.add(target);
        queue.push(target);
      }
    }
    return { reads, writes };
  }

  #next(source: string): Step[] {
    const known = this.#steps.get(source);
    if (known) return known;
    const steps = this.#outgoing
      .all(this.#scan, source)
      .map((row) => ({ target: String(row['target']), kind: String(row['kind']) }))
      .filter(({ kind }) => FOLLOWED.has(kind));
    this.#steps.set(source, steps);
    return steps;
  }

  #nodeOf(id: string): { kind: string; name: string } {
    const known = this.#kinds.get(id);
    if (known) return known;
    const row = this.#kind.get(this.#scan, id);
    const node = { kind: String(row?.['kind'] ?? ''), name: String(row?.['name'] ?? '') };
    this.#kinds.set(id, node);
    return node;
  }
}
