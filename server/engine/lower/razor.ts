import { type RazorDocument, type RazorEvent, type RazorForm, scanRazor } from './razorScanner.ts';
import { TextPositions } from './templateSource.ts';
import { Kind, packPosition, TreeBuilder } from './tree.ts';

/** Stands for the namespace of a component or page, which only its project and folder say. */
export const RAZOR_NAMESPACE = '__RazorNamespace';
/** Stands for the class of a view, which is named by its path. */
export const RAZOR_CLASS = '__RazorClass';

const ONE_LINE = packPosition(1, 0);
const FILE_START = packPosition(1, 1);
const IMPORTS = /^_(?:Imports\.razor|ViewImports\.cshtml)$/i;

/** Lowers C# source into a builder and returns the File node. */
type LowerCSharp = (source: string, builder: TreeBuilder) => number;

/**
 * A builder for C# that is put together from a Razor file with one line in front: positions are moved up by that line,
 * and assignments written in place of event attributes become TemplateEvents.
 */
export class RazorBuilder extends TreeBuilder {
  #isShifted = false;
  #events: ReadonlyMap<number, { event: RazorEvent; end: number }> = new Map();

  /** Runs `lower` on C# that begins one line too low. */
  shifted(events: ReadonlyMap<number, { event: RazorEvent; end: number }>, lower: () => number): number {
    this.#isShifted = true;
    this.#events = events;
    try {
      return lower();
    } finally {
      this.#isShifted = false;
    }
  }

  override node(
    kind: Kind,
    flags: number,
    start: number,
    end: number,
    text: string,
    children: readonly number[],
  ): number {
    if (!this.#isShifted) return super.node(kind, flags, start, end, text, children);
    const from = Math.max(start - ONE_LINE, FILE_START);
    const found = kind === Kind.Assign ? this.#events.get(from) : undefined;
    if (!found) return super.node(kind, flags, from, Math.max(end - ONE_LINE, FILE_START), text, children);
    const { event } = found;
    const tag = super.node(Kind.Identifier, 0, from, found.end, event.tag, []);
    const name = event.isDirective ? event.name : `:${event.name}`;
    return super.node(Kind.TemplateEvent, 0, from, found.end, name, [children[1] ?? 0, tag]);
  }
}

/**
 * Lowers a Razor file to the class that the Razor compiler makes of it: members of `@code` blocks, injected services as
 * fields, and a method that writes the markup, with event handlers as TemplateEvents where they stand (the names of
 * those on components without `@` begin with a colon). A UiTemplate beside it holds TemplateBindings `@page`,
 * `@namespace` and TemplateEvents of forms, whose handler is an Object of the attributes.
 * @param path only the file's name is used
 */
export function lowerRazor(text: string, path: string, builder: RazorBuilder, lowerCSharp: LowerCSharp): number {
  const name = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
  const document = scanRazor(text);
  const positions = new TextPositions(text, { line: 1, column: 1 });
  const events = new Map(
    document.events.map((event) => [positions.packed(event.start), { event, end: positions.packed(event.end) }]),
  );
  const parts = sourcesOf(document, name).map((source) => builder.shifted(events, () => lowerCSharp(source, builder)));
  // Forms of components say by `@onsubmit` what they do.
  if (isComponent(name)) document.forms.length = 0;
  parts.push(new RazorTemplate(builder, positions).lower(document, text.length));
  return builder.node(Kind.File, 0, FILE_START, positions.packed(text.length), '', parts);
}

function isComponent(name: string): boolean {
  return /\.razor$/i.test(name);
}

/** The C# files a Razor file stands for, with one line in front of its own. */
function sourcesOf(document: RazorDocument, name: string): string[] {
  const { directives } = document;
  const usings = directives.usings.map((imported) => `using ${imported};`).join('');
  if (IMPORTS.test(name)) return [`${usings}\n`];
  const isOfComponent = isComponent(name);
  const className = isOfComponent ? name.slice(0, name.indexOf('.')).replace(/\W/g, '_') : RAZOR_CLASS;
  const parameters = directives.typeParameters.length > 0 ? `<${directives.typeParameters.join(',')}>` : '';
  const head = `namespace ${directives.namespace ?? RAZOR_NAMESPACE}{`;
  const bases = [directives.inherits ?? (isOfComponent ? 'ComponentBase' : 'RazorPage'), ...directives.implements];
  const fields = directives.injects.map((inject) => `${inject};`);
  if (!isOfComponent && directives.model !== undefined) fields.push(`${directives.model} Model;`);
  const type = `public partial class ${className}${parameters}`;
  const members = [usings, head, ...directives.attributes, type, ':', bases.join(','), '{', ...fields, '\n'].join('');
  const sources = [`${members}${document.members.toString()}\n}}`];
  if (document.statements.isEmpty) return sources;
  const method = isOfComponent
    ? 'protected override void BuildRenderTree()'
    : 'public override async Task ExecuteAsync()';
  sources.push([head, type, '{', method, '{\n', document.statements.toString(), '\n;}}}'].join(''));
  return sources;
}

class RazorTemplate {
  readonly #builder: TreeBuilder;
  readonly #positions: TextPositions;

  constructor(builder: TreeBuilder, positions: TextPositions) {
    this.#builder = builder;
    this.#positions = positions;
  }

  lower({ directives, forms }: RazorDocument, length: number): number {
    const children = directives.pages.map(({ route, start, end }) =>
      this.#node(Kind.TemplateBinding, start, end, '@page', [
        route === undefined ? 0 : this.#node(Kind.String, start, end, route, []),
      ]),
    );
    if (directives.namespace !== undefined) {
      const value = this.#node(Kind.String, 0, 0, directives.namespace, []);
      children.push(this.#node(Kind.TemplateBinding, 0, 0, '@namespace', [value]));
    }
    children.push(...forms.flatMap((form) => this.#form(form)));
    return this.#node(Kind.UiTemplate, 0, length, '', children);
  }

  /** A form, or a button that says itself where its form is sent. */
  #form({ tag, attributes }: RazorForm): number[] {
    const place =
      attributes.get('asp-page-handler') ??
      attributes.get('asp-action') ??
      attributes.get('asp-page') ??
      (tag === 'form' ? attributes.get('method') : undefined);
    if (place === undefined) return [];
    const { start, end } = place;
    const properties = [...attributes].map(([name, { value }]) =>
      this.#node(Kind.Property, start, end, name, [this.#node(Kind.String, start, end, value, []), 0]),
    );
    const handler = this.#node(Kind.Object, start, end, '', properties);
    return [
      this.#node(Kind.TemplateEvent, start, end, 'submit', [handler, this.#node(Kind.Identifier, start, end, tag, [])]),
    ];
  }

  #node(kind: Kind, start: number, end: number, text: string, children: readonly number[]): number {
    return this.#builder.node(kind, 0, this.#positions.packed(start), this.#positions.packed(end), text, children);
  }
}
