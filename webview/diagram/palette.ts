import type { Palette } from './exports.ts';
import type { Ink } from './scene.ts';

/** Custom properties that hold the colours of a diagram; styles/diagram.css sets them from theme tokens. */
const PROPERTIES: Readonly<Record<Ink, string>> = {
  surface: '--vscode-editor-background',
  box: '--diagram-box',
  border: '--diagram-border',
  text: '--vscode-foreground',
  muted: '--muted',
  line: '--diagram-line',
  ui: '--kind-ui',
  http: '--kind-http',
  read: '--kind-read',
  write: '--kind-write',
  message: '--kind-message',
  plain: '--muted',
};

/** The colours and the font of the theme in force, for a file that leaves the page. */
export function paletteOf(element: Element): Palette {
  const probe = document.createElement('span');
  element.append(probe);
  const resolve = (property: string): string => {
    probe.style.color = `var(${property})`;
    return plainColour(getComputedStyle(probe).color);
  };
  const colours: Record<Ink, string> = {
    surface: resolve(PROPERTIES.surface),
    box: resolve(PROPERTIES.box),
    border: resolve(PROPERTIES.border),
    text: resolve(PROPERTIES.text),
    muted: resolve(PROPERTIES.muted),
    line: resolve(PROPERTIES.line),
    ui: resolve(PROPERTIES.ui),
    http: resolve(PROPERTIES.http),
    read: resolve(PROPERTIES.read),
    write: resolve(PROPERTIES.write),
    message: resolve(PROPERTIES.message),
    plain: resolve(PROPERTIES.plain),
  };
  const font = getComputedStyle(probe).fontFamily;
  probe.remove();
  return { colours, font };
}

/** A colour as `#rrggbb`: a mixed one is computed as `color(srgb …)`, which few programs read. */
function plainColour(colour: string): string {
  const context = new OffscreenCanvas(1, 1).getContext('2d');
  if (!context) return colour;
  context.fillStyle = colour;
  context.fillRect(0, 0, 1, 1);
  const [red = 0, green = 0, blue = 0] = context.getImageData(0, 0, 1, 1).data;
  return `#${[red, green, blue].map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}
