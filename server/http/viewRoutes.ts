import { type TSchema, Type } from 'typebox';
import { API_PREFIX } from '#protocol/http.ts';
import {
  EntityDiagram,
  EntityDiagramQuery,
  NodeGroupDetail,
  NodeGroupDetailQuery,
  NodeGroupPage,
  NodeGroupQuery,
  WorkflowDetail,
  WorkflowGroupQuery,
  WorkflowGroups,
} from '#protocol/views.ts';
import type { App, AppDeps } from './deps.ts';
import { HttpError, unknownScan } from './httpErrors.ts';
import { answers, named, ScanParams } from './schemas.ts';

const tags = ['results'];
const WorkflowParams = Type.Object({
  scanId: Type.String({ minLength: 1, maxLength: 100 }),
  workflowId: Type.String({ minLength: 1, maxLength: 500 }),
});

/** Adds what puts the rows of a result together for a view: one workflow, groups, the entity diagram. */
export function viewRoutes(app: App, deps: AppDeps): void {
  workflowRoute(app, deps);
  const path = (name: string): string => `${API_PREFIX}/scan/:scanId/${name}`;
  const groups = reading(WorkflowGroupQuery, WorkflowGroups, 'Groups of workflows');
  app.get(path('workflow-groups'), groups, async ({ params, query }) => {
    await requireScan(deps, params.scanId);
    return deps.store.workflowGroups(params.scanId, query);
  });
  const nodeGroups = reading(NodeGroupQuery, NodeGroupPage, 'Nodes by target or component');
  app.get(path('node-groups'), nodeGroups, async ({ params, query }) => {
    await requireScan(deps, params.scanId);
    return deps.store.nodeGroups(params.scanId, query);
  });
  const nodeGroup = reading(NodeGroupDetailQuery, NodeGroupDetail, 'The nodes of one group');
  app.get(path('node-group'), nodeGroup, async ({ params, query }) => {
    await requireScan(deps, params.scanId);
    return deps.store.nodeGroup(params.scanId, query);
  });
  const entities = reading(EntityDiagramQuery, EntityDiagram, 'Tables and their relations');
  app.get(path('entity-diagram'), entities, async ({ params, query }) => {
    await requireScan(deps, params.scanId);
    return deps.store.entityDiagram(params.scanId, query);
  });
}

function reading<Q extends TSchema, B extends TSchema>(querystring: Q, body: B, summary: string) {
  return { schema: { params: ScanParams, querystring, response: answers({ 200: named(body) }), tags, summary } };
}

function workflowRoute(app: App, deps: AppDeps): void {
  app.get(
    `${API_PREFIX}/scan/:scanId/workflows/:workflowId`,
    {
      schema: {
        params: WorkflowParams,
        response: answers({ 200: named(WorkflowDetail) }),
        tags,
        summary: 'A workflow with the proof of every hop',
      },
    },
    async ({ params }) => {
      await requireScan(deps, params.scanId);
      const workflow = await deps.store.workflow(params.scanId, params.workflowId);
      if (!workflow) throw new HttpError(404, 'unknown_workflow', 'There is no such workflow in this scan.');
      return workflow;
    },
  );
}

/** @throws {HttpError} 404 for a scan that neither the store nor the bus knows */
async function requireScan(deps: AppDeps, scanId: string): Promise<void> {
  if (deps.coordinator.owns(scanId) || (await deps.store.summary(scanId))) return;
  throw unknownScan(scanId);
}
