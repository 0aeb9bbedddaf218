import type { Point } from './layout.ts';

interface Size {
  width: number;
  height: number;
}

const MIN_SCALE = 0.1;
const MAX_SCALE = 3;
/** A diagram is not blown up to fill its area, and not shrunk beyond reading. */
const FIT_MOST = 1;
const FIT_LEAST = 0.45;
const EDGE = 16;

/** Which part of a diagram is seen: a point of the diagram is drawn at `point * scale + offset`. */
export class Viewport {
  readonly scale: number;
  readonly x: number;
  readonly y: number;

  constructor(scale: number, x: number, y: number) {
    this.scale = scale;
    this.x = x;
    this.y = y;
  }

  /** The whole diagram if it can be read then, else as much as fits around its main box. */
  static fit(diagram: Size, area: Size, main: Size & Point): Viewport {
    const whole = Math.min(area.width / diagram.width, area.height / diagram.height);
    const scale = Math.max(FIT_LEAST, Math.min(FIT_MOST, whole));
    const place = (room: number, size: number, start: number, length: number): number => {
      if (size * scale <= room) return (room - size * scale) / 2;
      const centred = room / 2 - (start + length / 2) * scale;
      return Math.min(0, Math.max(room - size * scale, centred));
    };
    const x = place(area.width, diagram.width, main.x, main.width);
    return new Viewport(scale, x, place(area.height, diagram.height, main.y, main.height));
  }

  panned(dx: number, dy: number): Viewport {
    return new Viewport(this.scale, this.x + dx, this.y + dy);
  }

  /** Zoomed by a factor around a point of the area, which stays where it is. */
  zoomed(factor: number, around: Point): Viewport {
    const scale = Math.max(MIN_SCALE, Math.min(MAX_SCALE, this.scale * factor));
    const ratio = scale / this.scale;
    return new Viewport(scale, around.x - (around.x - this.x) * ratio, around.y - (around.y - this.y) * ratio);
  }

  /** Moved as little as shows a rectangle of the diagram. */
  showing(box: Size & Point, area: Size): Viewport {
    const shift = (start: number, size: number, offset: number, room: number): number => {
      const from = start * this.scale + offset;
      const to = from + size * this.scale;
      if (from < EDGE) return EDGE - from;
      return to > room - EDGE ? room - EDGE - to : 0;
    };
    return this.panned(shift(box.x, box.width, this.x, area.width), shift(box.y, box.height, this.y, area.height));
  }
}
