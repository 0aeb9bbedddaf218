import { html, nothing, type PropertyDeclarations, type PropertyValues, svg, type TemplateResult } from 'lit';
import { icon } from '../components/templates.ts';
import { type Context, PageElement } from '../context.ts';
import { widthOnCanvas } from './canvasText.ts';
import { fileName, mermaidText, svgFile } from './exports.ts';
import { type DiagramLayout, layOut, type PlacedBox } from './layout.ts';
import type { DiagramModel } from './model.ts';
import { paletteOf } from './palette.ts';
import { pngFile } from './png.ts';
import { boxShapes, linkShapes, type Shape } from './scene.ts';
import { measureTextWith } from './textFit.ts';
import { Viewport } from './viewport.ts';

const ZOOM_STEP = 1.25;
const PAN_STEP = 60;
const WHEEL_ZOOM = 0.002;

/**
 * A diagram that can be moved, zoomed and read by keyboard: arrow keys go from box to box, Enter opens the code, plus,
 * minus and 0 zoom, Shift with an arrow key moves the picture. A list with the same content stands beside every use.
 */
export class DiagramView extends PageElement {
  static override properties: PropertyDeclarations = {
    context: { attribute: false },
    model: { attribute: false },
    note: { attribute: false },
    viewport: { state: true },
    message: { state: true },
  };
  declare context: Context;
  declare model: DiagramModel;
  /** What stands beside the tools: how much is shown. */
  declare note: unknown;
  declare viewport: Viewport | null;
  declare message: string;
  #layout: DiagramLayout | null = null;
  #focused = '';
  #dragged: { x: number; y: number; moved: boolean } | null = null;

  constructor() {
    super();
    measureTextWith(widthOnCanvas);
    this.viewport = null;
    this.message = '';
    this.note = nothing;
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (!changed.has('model') || changed.get('model') === this.model) return;
    this.#layout = layOut(this.model, this.#area());
    this.#fit();
    if (!this.model.boxes.some((box) => box.id === this.#focused)) this.#focused = this.model.boxes[0]?.id ?? '';
  }

  protected override firstUpdated(): void {
    // Only now has the drawing area its size.
    this.#fit();
    this.querySelector('.diagram-area')?.addEventListener('wheel', this.#wheel, { passive: false });
  }

  protected override render(): TemplateResult {
    const { title } = this.model;
    return html`<figure class="diagram" aria-label=${title}>
      <div class="diagram-tools">
        <span class="diagram-note">${this.note}</span>
        ${this.#tool('zoom-out', 'Zoom out', () => this.#zoom(1 / ZOOM_STEP))}
        ${this.#tool('zoom-in', 'Zoom in', () => this.#zoom(ZOOM_STEP))}
        ${this.#tool('screen-full', 'Fit the diagram', () => this.#fit())}
        <span class="tool-group">
          ${this.#textTool('SVG', 'Save as SVG', () => this.#save('svg'))}
          ${this.#textTool('PNG', 'Save as PNG', () => this.#save('png'))}
          ${this.#textTool('Mermaid', 'Save as Mermaid', () => this.#save('mmd'))}
        </span>
      </div>
      <div
        class="diagram-area"
        @keydown=${this.#keyPressed}
        @pointerdown=${this.#grab}
        @pointermove=${this.#drag}
        @pointerup=${this.#drop}
        @pointercancel=${this.#drop}
      >
        ${this.#drawing()}
      </div>
      <p class="visually-hidden" role="status">${this.message}</p>
    </figure>`;
  }

  #drawing(): TemplateResult | typeof nothing {
    const { viewport } = this;
    const diagram = this.#layout;
    if (!viewport || !diagram) return nothing;
    const { scale, x, y } = viewport;
    return html`<svg
      class="diagram-svg"
      role="group"
      aria-label="${this.model.title}: ${this.model.boxes.length} boxes"
    >
      <g transform="translate(${x} ${y}) scale(${scale})">
        ${svg`<g aria-hidden="true">${diagram.links.map((link) => linkShapes(link).map((shape) => drawn(shape)))}</g>`}
        ${diagram.boxes.map((placed) => this.#box(placed))}
      </g>
    </svg>`;
  }

  #box(placed: PlacedBox): TemplateResult {
    const { box, x, y } = placed;
    return svg`<g
      class="diagram-box"
      role="button"
      tabindex=${box.id === this.#focused ? 0 : -1}
      data-box=${box.id}
      transform="translate(${x} ${y})"
      @click=${() => this.#open(placed)}
      @focus=${() => this.#reach(placed)}
    ><title>${this.#spoken(placed)}</title>${boxShapes(placed).map((shape) => drawn(shape))}</g>`;
  }

  /** A box in words, with where its links lead: its name and its tooltip. */
  #spoken({ box }: PlacedBox): string {
    const titles = new Map(this.model.boxes.map(({ id, title }) => [id, title]));
    const next = this.model.links.filter(({ from }) => from === box.id);
    const leads = next.map(({ to, label }) => `${label} ${titles.get(to) ?? ''}`);
    return [`${box.kind} ${box.title}`, ...box.lines, ...leads].join(', ');
  }

  #tool(name: string, label: string, run: () => void): TemplateResult {
    return html`<button class="tool" type="button" aria-label=${label} title=${label} @click=${run}>
      ${icon(name)}
    </button>`;
  }

  #textTool(text: string, label: string, run: () => Promise<void>): TemplateResult {
    return html`<button
      class="tool tool-text"
      type="button"
      aria-label=${label}
      title=${label}
      @click=${() => void run()}
    >
      ${text}
    </button>`;
  }

  #area(): { width: number; height: number } {
    const { width, height } = this.querySelector('.diagram-area')?.getBoundingClientRect() ?? { width: 0, height: 0 };
    return { width: width || 800, height: height || 480 };
  }

  #fit(): void {
    const diagram = this.#layout;
    if (!diagram) return;
    const main = diagram.boxes.find(({ box }) => box.main === true) ?? diagram.boxes[0];
    this.viewport = Viewport.fit(diagram, this.#area(), main ?? { x: 0, y: 0, width: 0, height: 0 });
  }

  #zoom(factor: number, at?: { x: number; y: number }): void {
    const { width, height } = this.#area();
    this.viewport = this.viewport?.zoomed(factor, at ?? { x: width / 2, y: height / 2 }) ?? null;
  }

  #reach({ box, x, y, width, height }: PlacedBox): void {
    this.#focused = box.id;
    this.viewport = this.viewport?.showing({ x, y, width, height }, this.#area()) ?? null;
    this.requestUpdate();
  }

  #open({ box }: PlacedBox): void {
    if (this.#dragged?.moved !== true && box.location) this.context.open(box.location);
  }

  readonly #wheel = (event: Event): void => {
    if (!(event instanceof WheelEvent)) return;
    event.preventDefault();
    if (!event.ctrlKey && !event.metaKey) {
      this.viewport = this.viewport?.panned(-event.deltaX, -event.deltaY) ?? null;
      return;
    }
    const area = this.querySelector('.diagram-area')?.getBoundingClientRect();
    const at = { x: event.clientX - (area?.x ?? 0), y: event.clientY - (area?.y ?? 0) };
    this.#zoom(Math.exp(-event.deltaY * WHEEL_ZOOM), at);
  };

  readonly #grab = (event: PointerEvent): void => {
    if (event.button === 0) this.#dragged = { x: event.clientX, y: event.clientY, moved: false };
  };

  readonly #drag = (event: PointerEvent): void => {
    const from = this.#dragged;
    if (!from || event.buttons === 0) return;
    const [dx, dy] = [event.clientX - from.x, event.clientY - from.y];
    if (!from.moved && Math.hypot(dx, dy) < 4) return;
    this.#dragged = { x: event.clientX, y: event.clientY, moved: true };
    this.viewport = this.viewport?.panned(dx, dy) ?? null;
  };

  readonly #drop = (): void => {
    // The click that ends a drag comes after this event.
    setTimeout(() => (this.#dragged = null));
  };

  readonly #keyPressed = (event: KeyboardEvent): void => {
    const current = this.#layout?.boxes.find(({ box }) => box.id === this.#focused);
    if (event.key === '+' || event.key === '=') this.#zoom(ZOOM_STEP);
    else if (event.key === '-') this.#zoom(1 / ZOOM_STEP);
    else if (event.key === '0') this.#fit();
    else if ((event.key === 'Enter' || event.key === ' ') && current) this.#open(current);
    else if (!this.#moved(event, current)) return;
    event.preventDefault();
  };

  #moved(event: KeyboardEvent, current: PlacedBox | undefined): boolean {
    const [dx, dy] = DIRECTIONS[event.key] ?? [0, 0];
    if (dx === 0 && dy === 0) return false;
    if (event.shiftKey) this.viewport = this.viewport?.panned(-dx * PAN_STEP, -dy * PAN_STEP) ?? null;
    else if (current) this.#focus(nextBox(this.#layout?.boxes ?? [], current, dx, dy));
    return true;
  }

  #focus(placed: PlacedBox | undefined): void {
    if (placed) this.querySelector<SVGElement>(`[data-box="${CSS.escape(placed.box.id)}"]`)?.focus();
  }

  async #save(format: 'svg' | 'png' | 'mmd'): Promise<void> {
    const diagram = this.#layout;
    if (!diagram) return;
    try {
      const palette = paletteOf(this);
      const content =
        format === 'mmd'
          ? mermaidText(this.model)
          : format === 'svg'
            ? svgFile(diagram, palette)
            : pngFile(diagram, palette);
      const name = `${fileName(this.model.title)}.${format}`;
      const { done } = await this.context.host.save({ name, content, encoding: format === 'png' ? 'base64' : 'utf8' });
      this.message = done ? `Saved ${name}.` : 'Not saved.';
    } catch (error) {
      this.message = `The diagram could not be saved: ${error instanceof Error ? error.message : String(error)}`;
    }
  }
}

const DIRECTIONS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** The nearest box in a direction; what lies beside the way counts as further off. */
function nextBox(boxes: readonly PlacedBox[], from: PlacedBox, dx: number, dy: number): PlacedBox | undefined {
  const centre = (placed: PlacedBox) => ({ x: placed.x + placed.width / 2, y: placed.y + placed.height / 2 });
  const start = centre(from);
  const distance = (placed: PlacedBox): number => {
    const { x, y } = centre(placed);
    const along = (x - start.x) * dx + (y - start.y) * dy;
    const beside = Math.abs((x - start.x) * dy) + Math.abs((y - start.y) * dx);
    return along < 1 ? Number.POSITIVE_INFINITY : along + beside * 2;
  };
  const [nearest] = boxes
    .map((placed) => ({ placed, distance: distance(placed) }))
    .filter((each) => each.distance < Number.POSITIVE_INFINITY)
    .toSorted((a, b) => a.distance - b.distance);
  return nearest?.placed;
}

function drawn(shape: Shape): TemplateResult {
  if (shape.type === 'text') {
    return svg`<text class="ink-${shape.fill} ${shape.bold ? 'bold' : ''}" x=${shape.x} y=${shape.y}>${shape.text}</text>`;
  }
  if (shape.type === 'path') {
    return svg`<path class="stroke-${shape.stroke}" d=${shape.d} stroke-dasharray=${shape.dash.join(' ') || nothing}></path>`;
  }
  return svg`<path class="ink-${shape.fill} stroke-${shape.stroke ?? 'none'}" d=${shape.d}></path>`;
}
