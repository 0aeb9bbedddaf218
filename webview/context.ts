import { LitElement } from 'lit';
import type { GraphNode } from '#protocol/graph.ts';
import type { CodeLocation, Host } from './host/host.ts';

/** What is selected and filtered, as flat text values; survives hide, reload and restart through the host. */
export type ViewValues = Readonly<Record<string, string>>;

/** What a view may do. */
export interface Context {
  readonly host: Host;
  /** Changes view values; an empty value removes its key. */
  setView(changes: ViewValues): void;
  /** Opens the line in the editor, or in the source preview where there is no editor. */
  open(location: CodeLocation): void;
}

export function locationOf(node: GraphNode): CodeLocation {
  return { root: node.root, file: node.file, line: node.start_line, column: node.start_column };
}

/** Renders without a shadow root, so that the theme's style sheet and ids for assistive technology reach everywhere. */
export abstract class PageElement extends LitElement {
  protected override createRenderRoot(): HTMLElement {
    return this;
  }
}
