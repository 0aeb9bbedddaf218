import type { NodeKind } from '#protocol/graph.ts';
import type { ScanOverview } from '#protocol/http.ts';
import { count, counted } from '../components/format.ts';

/** The lists whose emptiness is explained. */
type EmptyList = 'workflows' | 'operations' | 'endpoints' | 'tables';

const LANGUAGES = 'C#, TypeScript, JavaScript and HTML';

/**
 * Why a list of a finished scan is empty, from what the scan did find: first what was seen, then what was missing and
 * what to do.
 */
export function diagnose(overview: ScanOverview, list: EmptyList): string[] {
  const { found, scanned, skipped, failed } = overview.files;
  if (found === 0) return [`The folder holds no ${LANGUAGES} files. Scan the folder that holds the source code.`];
  if (scanned === 0) {
    return [
      `${counted(found, 'file')} found, none read: ${count(skipped)} skipped, ${count(failed)} failed.`,
      'The Files view has the reason for each of them.',
    ];
  }
  const kinds = (kind: NodeKind) => overview.nodes_by_kind[kind] ?? 0;
  const calls = kinds('api_call');
  const endpoints = kinds('api_endpoint');
  const seen = `${counted(scanned, 'file')} read, ${counted(calls, 'HTTP call')}, ${counted(endpoints, 'endpoint')}.`;
  return [seen, missing(list, calls, endpoints)];
}

function missing(list: EmptyList, calls: number, endpoints: number): string {
  const noServer = 'No ASP.NET, Express or NestJS project was found under these folders.';
  if (list === 'endpoints') return `${noServer} If the API lives in another folder, scan both together.`;
  if (list === 'tables') {
    return 'No Entity Framework entities or queries were found. Other data access is listed under Operations.';
  }
  if (list === 'operations') return 'Nothing in these files reads or writes data in a way Pinata knows.';
  if (calls > 0 && endpoints === 0) return `${noServer} Calls end at the HTTP request; scan the API folder too.`;
  return 'A workflow starts at a button, a page, an endpoint, a message or a schedule: none was found.';
}
