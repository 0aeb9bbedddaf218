import type { Confidence } from '#protocol/graph.ts';
import type { Tone } from '../components/vocabulary.ts';
import type { CodeLocation } from '../host/host.ts';

/** A box: what it is, what it is called, and the lines below. */
export interface DiagramBox {
  id: string;
  /** What sort of thing it is, in words; also read out. */
  kind: string;
  title: string;
  lines: readonly string[];
  tone: Tone;
  /** Where Enter and a click lead. */
  location?: CodeLocation;
  /** Drawn as the one the diagram is about. */
  main?: boolean;
}

export interface DiagramLink {
  from: string;
  to: string;
  label: string;
  confidence: Confidence;
  /** Marks at the two ends, as `1` and `*` of a relation; without them the link has an arrow. */
  ends?: readonly [string, string];
}

/** What a diagram shows, before it is laid out. */
export interface DiagramModel {
  /** What the diagram shows, for assistive technology and file names. */
  title: string;
  boxes: readonly DiagramBox[];
  links: readonly DiagramLink[];
}
