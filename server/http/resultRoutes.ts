import { type TSchema, Type } from 'typebox';
import { GraphEdge, GraphNode } from '#protocol/graph.ts';
import {
  API_PREFIX,
  EndpointPage,
  FilePage,
  NodePage,
  PageQuery,
  ScanOverview,
  TablePage,
  UnresolvedPage,
  WorkflowPage,
} from '#protocol/http.ts';
import { WorkflowQuery } from '#protocol/views.ts';
import type { App, AppDeps } from './deps.ts';
import { HttpError, unknownScan } from './httpErrors.ts';
import { answers, named, NodeParams, ScanParams } from './schemas.ts';

const tags = ['results'];

const EdgeEnd = Type.Object({ edge: named(GraphEdge), node: named(GraphNode) });
const NodeDetailBody = Type.Object({
  node: named(GraphNode),
  incoming: Type.Array(EdgeEnd),
  outgoing: Type.Array(EdgeEnd),
});

/** Adds what reads the result of a scan. */
export function resultRoutes(app: App, deps: AppDeps): void {
  const { store } = deps;
  list(app, deps, 'results', NodePage, 'Nodes', (id, query) => store.nodes(id, query));
  workflowList(app, deps);
  list(app, deps, 'endpoints', EndpointPage, 'Endpoints with callers', (id, query) => store.endpoints(id, query));
  list(app, deps, 'tables', TablePage, 'Tables with readers and writers', (id, query) => store.tables(id, query));
  list(app, deps, 'unresolved', UnresolvedPage, 'What could not be joined', (id, query) => store.unresolved(id, query));
  list(app, deps, 'files', FilePage, 'Files: scanned, skipped, failed', (id, query) => store.files(id, query));
  overviewRoute(app, deps);
  nodeRoute(app, deps);
}

function list<P>(
  app: App,
  deps: AppDeps,
  name: string,
  page: TSchema,
  summary: string,
  read: (scanId: string, query: PageQuery) => Promise<P>,
): void {
  app.get(
    `${API_PREFIX}/scan/:scanId/${name}`,
    { schema: { params: ScanParams, querystring: PageQuery, response: answers({ 200: named(page) }), tags, summary } },
    async ({ params, query }) => {
      await requireScan(deps, params.scanId);
      return read(params.scanId, query);
    },
  );
}

function workflowList(app: App, deps: AppDeps): void {
  const response = answers({ 200: named(WorkflowPage) });
  app.get(
    `${API_PREFIX}/scan/:scanId/workflows`,
    {
      schema: {
        params: ScanParams,
        querystring: WorkflowQuery,
        response,
        tags,
        summary: 'Workflows with their chains',
      },
    },
    async ({ params, query }) => {
      await requireScan(deps, params.scanId);
      return deps.store.workflows(params.scanId, query);
    },
  );
}

function overviewRoute(app: App, { store }: AppDeps): void {
  app.get(
    `${API_PREFIX}/scan/:scanId/overview`,
    { schema: { params: ScanParams, response: answers({ 200: named(ScanOverview) }), tags, summary: 'Counts' } },
    async ({ params }) => {
      const overview = await store.overview(params.scanId);
      if (!overview) throw unknownScan(params.scanId);
      return overview;
    },
  );
}

function nodeRoute(app: App, deps: AppDeps): void {
  app.get(
    `${API_PREFIX}/scan/:scanId/nodes/:nodeId`,
    {
      schema: { params: NodeParams, response: answers({ 200: NodeDetailBody }), tags, summary: 'A node and its edges' },
    },
    async ({ params }) => {
      await requireScan(deps, params.scanId);
      const detail = await deps.store.node(params.scanId, params.nodeId);
      if (!detail) throw new HttpError(404, 'unknown_node', 'There is no such node in this scan.');
      return detail;
    },
  );
}

/** @throws {HttpError} 404 for a scan that neither the store nor the bus knows */
async function requireScan(deps: AppDeps, scanId: string): Promise<void> {
  if (deps.coordinator.owns(scanId) || (await deps.store.summary(scanId))) return;
  throw unknownScan(scanId);
}
