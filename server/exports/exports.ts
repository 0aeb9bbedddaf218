import { EXPORT_FILES, type ExportFormat } from '#protocol/exports.ts';
import type { ResultReader } from '../store/resultReader.ts';
import { csvExport } from './csvExport.ts';
import { dotExport } from './dotExport.ts';
import { erExport } from './erExport.ts';
import { htmlExport } from './htmlExport.ts';
import { jsonExport } from './jsonExport.ts';
import { markdownExport } from './markdownExport.ts';
import { diagramFile } from './mermaidDiagrams.ts';
import { mermaidExport } from './mermaidExport.ts';
import { openapiExport } from './openapiExport.ts';
import { sarifExport } from './sarifExport.ts';

/** A result in the form of a file, as text in pieces. */
export interface Export {
  mediaType: string;
  /** Without the dot. */
  extension: string;
  text: AsyncIterable<string>;
}

const TEXTS: Record<Exclude<ExportFormat, 'mermaid' | 'er'>, (result: ResultReader) => AsyncIterable<string>> = {
  json: jsonExport,
  csv: csvExport,
  sarif: sarifExport,
  dot: dotExport,
  html: htmlExport,
  openapi: openapiExport,
  markdown: markdownExport,
};

/** Begins to write a result in a format; diagrams that do not fit into one Mermaid file come as Markdown. */
export async function openExport(format: ExportFormat, result: ResultReader): Promise<Export> {
  const { mediaType, extension, title } = EXPORT_FILES[format];
  if (format === 'mermaid') return diagrams(mermaidExport(result), title, 'flowchart LR\n');
  if (format === 'er') return diagrams(erExport(result), title, 'erDiagram\n');
  return { mediaType, extension, text: TEXTS[format](result) };
}

/** The first two diagrams decide which kind of file it is. */
async function diagrams(source: AsyncIterable<string>, title: string, empty: string): Promise<Export> {
  const iterator = source[Symbol.asyncIterator]();
  const first = await iterator.next();
  const second = await iterator.next();
  const { mediaType, extension } = second.done ? EXPORT_FILES.mermaid : EXPORT_FILES.markdown;
  async function* rest(): AsyncIterable<string> {
    for (let next = second; !next.done; next = await iterator.next()) yield next.value;
  }
  return { mediaType, extension, text: diagramFile(first.done ? empty : first.value, rest(), title) };
}
