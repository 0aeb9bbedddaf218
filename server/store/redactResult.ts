import { redact } from '#engine/graph/redact.ts';
import type { EngineResult } from '#engine/scan.ts';
import type { FileProblem, GraphEdge } from '#protocol/graph.ts';

/** Texts without any of these hold no secret that is known by its shape; most texts are such. */
const SUSPICIOUS =
  /pass|pwd|key|secret|token|bearer|credential|[^\s/:@]+:[^\s/@]+@|\beyJ|\bAKIA|\bsk_|\bgh[pousr]_|\bxox[baprs]-/i;
/** User name and password before a host, where a text has left the scheme of the URL out. */
const USER_INFORMATION = /[\w.+~%-]+:[^\s/@"'`]+@(?=localhost\b|[\w-]+\.)/g;

function clean(text: string): string {
  return SUSPICIOUS.test(text) ? redact(text).replaceAll(USER_INFORMATION, '•••@') : text;
}

/**
 * A result in which no text that people read holds a secret: what is stored here is what is shown and exported
 * everywhere. Identities and names of tables stay, since other parts of the result refer to them.
 */
export function withoutSecrets(result: EngineResult): EngineResult {
  return {
    ...result,
    nodes: result.nodes.map((node) => ({
      ...node,
      ...(node.kind !== 'table' && { name: clean(node.name) }),
      ...(node.target !== undefined && node.kind !== 'table' && { target: clean(node.target) }),
      ...(node.snippet !== undefined && { snippet: clean(node.snippet) }),
    })),
    edges: result.edges.map(cleanEdge),
    workflows: result.workflows.map((workflow) => ({
      ...workflow,
      name: clean(workflow.name),
      story: clean(workflow.story),
    })),
    unresolved: result.unresolved.map((item) => ({ ...item, detail: clean(item.detail) })),
    files: {
      ...result.files,
      skipped: result.files.skipped.map(cleanProblem),
      failed: result.files.failed.map(cleanProblem),
    },
    notices: result.notices.map(clean),
  };
}

function cleanEdge(edge: GraphEdge): GraphEdge {
  const { evidence, candidates } = edge;
  if (evidence?.detail === undefined && !candidates) return edge;
  return {
    ...edge,
    ...(evidence && {
      evidence: { ...evidence, ...(evidence.detail !== undefined && { detail: clean(evidence.detail) }) },
    }),
    ...(candidates && { candidates: candidates.map(({ node, reason }) => ({ node, reason: clean(reason) })) }),
  };
}

function cleanProblem({ path, reason }: FileProblem): FileProblem {
  return { path, reason: clean(reason) };
}
