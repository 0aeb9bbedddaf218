import {
  type FileProblem,
  type GraphNode,
  type Unresolved,
  UNRESOLVED_REASONS,
  type UnresolvedReason,
  type Workflow,
} from '#protocol/graph.ts';
import { PRODUCT_VERSION } from '#protocol/version.ts';
import type { ResultReader } from '../store/resultReader.ts';
import { oneLine } from './escape.ts';
import { kindLabel, REASON_TEXT } from './labels.ts';

/** Reasons that are likely to be mistakes in the code; the others say what static reading cannot know. */
const WARNINGS: ReadonlySet<UnresolvedReason> = new Set([
  'no_endpoint_matches',
  'no_handler_found',
  'no_receiver_found',
  'unknown_table',
]);
const WORKFLOW_RULE = 'workflow';

/**
 * SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0/): what could not be joined as results, every workflow as
 * a code flow of its own, files that failed as notifications. Paths are relative to base ids without a location.
 */
export async function* sarifExport(result: ResultReader): AsyncIterable<string> {
  const locate = locator(result.head.roots.map((root) => root.name));
  yield '{"$schema":"https://json.schemastore.org/sarif-2.1.0.json","version":"2.1.0","runs":[{\n';
  yield `"tool":${JSON.stringify({ driver: driver() })},\n"columnKind":"utf16CodeUnits",\n`;
  yield `"originalUriBaseIds":${JSON.stringify(locate.baseIds)},\n`;
  yield `"invocations":[{"executionSuccessful":${result.head.scan.status === 'completed'},`;
  yield '"toolExecutionNotifications":[';
  yield* joined(result.items('failed'), (file) => notification(file, locate));
  yield ']}],\n"results":[';
  const unresolved = joined(result.items('unresolved'), (item) => unresolvedResult(item, result, locate));
  let last = '';
  for await (const text of unresolved) yield (last = text);
  const flows = joined(result.items('workflows'), (workflow) => workflowResult(workflow, result, locate));
  for await (const text of flows) {
    if (last !== '') yield ',';
    last = '';
    yield text;
  }
  yield ']\n}]}\n';
}

/** JSON texts of items between commas. */
async function* joined<T>(
  chunks: AsyncIterable<T[]>,
  toObject: (item: T) => object | undefined,
): AsyncIterable<string> {
  let separator = '\n';
  for await (const items of chunks) {
    const texts = items.flatMap((item) => toObject(item) ?? []).map((item) => JSON.stringify(item));
    if (texts.length === 0) continue;
    yield separator + texts.join(',\n');
    separator = ',\n';
  }
}

function driver(): object {
  const reasons = UNRESOLVED_REASONS.map((reason) => ({
    id: reason,
    shortDescription: { text: REASON_TEXT[reason] },
    defaultConfiguration: { level: WARNINGS.has(reason) ? 'warning' : 'note' },
  }));
  const workflow = {
    id: WORKFLOW_RULE,
    shortDescription: { text: 'What happens from an entry point to the data it reaches.' },
    defaultConfiguration: { level: 'none' },
  };
  return { name: 'Pinata', version: PRODUCT_VERSION, semanticVersion: PRODUCT_VERSION, rules: [...reasons, workflow] };
}

interface Locator {
  baseIds: Record<string, object>;
  /** @param path relative to the root */
  artifact(root: string, path: string): { uri: string; uriBaseId: string };
}

/** One root is the source root that consumers know; several are told apart by their names. */
function locator(roots: string[]): Locator {
  const baseIdOf = (root: string): string => (roots.length === 1 ? '%SRCROOT%' : root);
  return {
    baseIds: Object.fromEntries(
      roots.map((root) => [baseIdOf(root), { description: { text: `The folder ${oneLine(root)}` } }]),
    ),
    artifact: (root, path) => ({ uri: relativeUri(path), uriBaseId: baseIdOf(root) }),
  };
}

function relativeUri(path: string): string {
  return path.toWellFormed().split('/').map(encodeURIComponent).join('/');
}

function location(node: GraphNode, locate: Locator): object {
  return {
    physicalLocation: {
      artifactLocation: locate.artifact(node.root, node.file),
      region: {
        startLine: node.start_line,
        startColumn: node.start_column,
        endLine: node.end_line,
        endColumn: node.end_column,
        ...(node.snippet !== undefined && { snippet: { text: node.snippet } }),
      },
    },
    ...(node.symbol !== undefined && { logicalLocations: [{ fullyQualifiedName: oneLine(node.symbol) }] }),
  };
}

function unresolvedResult(item: Unresolved, result: ResultReader, locate: Locator): object | undefined {
  const node = result.node(item.node);
  if (!node) return undefined;
  return {
    ruleId: item.reason,
    ruleIndex: UNRESOLVED_REASONS.indexOf(item.reason),
    level: WARNINGS.has(item.reason) ? 'warning' : 'note',
    message: { text: oneLine(`${kindLabel(node.kind)} ${node.name}: ${item.detail || REASON_TEXT[item.reason]}`) },
    locations: [location(node, locate)],
    partialFingerprints: { 'pinataNode/v1': item.node },
  };
}

function workflowResult(workflow: Workflow, result: ResultReader, locate: Locator): object | undefined {
  const nodes = workflow.steps.flatMap((step) => result.node(step.node) ?? []);
  const [entry] = nodes;
  if (!entry) return undefined;
  const locations = nodes.map((node) => ({
    location: { ...location(node, locate), message: { text: oneLine(`${kindLabel(node.kind)} ${node.name}`) } },
  }));
  return {
    ruleId: WORKFLOW_RULE,
    ruleIndex: UNRESOLVED_REASONS.length,
    kind: 'informational',
    level: 'none',
    message: { text: oneLine(workflow.story || workflow.name) || WORKFLOW_RULE },
    locations: [location(entry, locate)],
    codeFlows: [{ threadFlows: [{ locations }] }],
    partialFingerprints: { 'pinataWorkflow/v1': workflow.id },
  };
}

/** A file's path starts with the name of its root. */
function notification(file: FileProblem, locate: Locator): object {
  const [root = '', ...path] = file.path.split('/');
  return {
    level: 'error',
    message: { text: oneLine(file.reason) || 'The file could not be read.' },
    locations: [{ physicalLocation: { artifactLocation: locate.artifact(root, path.join('/')) } }],
  };
}
