import { type Static, Type } from 'typebox';

/** What a result can be exported as. */
export const EXPORT_FORMATS = ['json', 'csv', 'sarif', 'mermaid', 'er', 'dot', 'html', 'openapi', 'markdown'] as const;
export const ExportFormat = Type.Enum([...EXPORT_FORMATS], {
  $id: 'ExportFormat',
  description:
    'json: the whole result; csv: one line a node; sarif: what could not be joined, and workflows as code flows; ' +
    'mermaid: flowcharts of the workflows; er: entity-relationship diagrams of the schemas; dot: the graph for ' +
    'Graphviz; html: a report in one file; openapi: the endpoints; markdown: a report',
});
export type ExportFormat = Static<typeof ExportFormat>;

/** What an export is called and the extension its file gets. */
export interface ExportFile {
  title: string;
  /** Without the dot. Diagrams that do not fit into one Mermaid file come as Markdown (`md`). */
  extension: string;
  mediaType: string;
}

export const EXPORT_FILES: Readonly<Record<ExportFormat, ExportFile>> = {
  json: { title: 'Whole result', extension: 'json', mediaType: 'application/json' },
  csv: { title: 'Operations as a table', extension: 'csv', mediaType: 'text/csv' },
  sarif: { title: 'SARIF', extension: 'sarif', mediaType: 'application/sarif+json' },
  mermaid: { title: 'Workflow diagrams', extension: 'mmd', mediaType: 'text/vnd.mermaid' },
  er: { title: 'Entity-relationship diagrams', extension: 'mmd', mediaType: 'text/vnd.mermaid' },
  dot: { title: 'Graphviz', extension: 'dot', mediaType: 'text/vnd.graphviz' },
  html: { title: 'Report as a web page', extension: 'html', mediaType: 'text/html' },
  openapi: { title: 'OpenAPI of the endpoints', extension: 'openapi.json', mediaType: 'application/json' },
  markdown: { title: 'Report as Markdown', extension: 'md', mediaType: 'text/markdown' },
};

/** Most edges and characters of one Mermaid diagram: its renderers refuse larger ones. */
export const MERMAID_LIMITS = { edges: 499, characters: 49_000 } as const;
