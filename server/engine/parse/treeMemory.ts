import { Type } from 'typebox';
import { Compile } from 'typebox/compile';

/**
 * Reads syntax trees straight from the parser's WebAssembly memory. Asking the parser for each node costs several calls
 * into it and is dearer than parsing; reading its structures costs none. The layout is that of tree-sitter's
 * `lib/src/subtree.h` and `parser.h` for 32-bit pointers; `grammars.ts` proves on known texts, once a thread and
 * language, that it holds for the parser at hand, and the cursor is used where it does not.
 */
const Runtime = Compile(
  Type.Object({
    HEAPU8: Type.Unsafe<Uint8Array>(Type.Unknown()),
    HEAPU16: Type.Unsafe<Uint16Array>(Type.Unknown()),
    HEAPU32: Type.Unsafe<Uint32Array>(Type.Unknown()),
  }),
);

/** The runtime's view of its memory; the arrays are replaced when the memory grows. */
export interface ParserMemory {
  HEAPU8: Uint8Array;
  HEAPU16: Uint16Array;
  HEAPU32: Uint32Array;
}

/** Takes the memory out of the object the runtime was initialised with; undefined when it is not there. */
export function parserMemory(runtime: object): ParserMemory | undefined {
  if (!Runtime.Check(runtime)) return undefined;
  const isMemory = runtime.HEAPU8 instanceof Uint8Array && runtime.HEAPU32 instanceof Uint32Array;
  return isMemory && runtime.HEAPU16 instanceof Uint16Array ? runtime : undefined;
}

/** The address behind a tree or language of the runtime; 0 when there is none. */
export function addressOf(handle: object): number {
  const address: unknown = Reflect.get(handle, 0);
  return typeof address === 'number' ? address : 0;
}

/** Receives nodes, parents first, children in order. */
export interface TreeSink {
  /**
   * @param start UTF-16 offset of the first character
   * @param parent what `node` returned for the parent, -1 for the root
   * @returns the node's id; -1 leaves the node out, and what is below it with it
   */
  node(type: number, field: number, start: number, end: number, parent: number): number;
  /** Whether what is below a node just added is wanted. */
  descends(type: number): boolean;
}

/** Symbols from here on are errors, which have no public name. */
const FIRST_ERROR_SYMBOL = 65534;
const BYTES_PER_UNIT = 2;

// Offsets in SubtreeHeapData.
const PADDING = 4;
const SIZE = 16;
const CHILD_COUNT = 36;
const SYMBOL = 40;
const BITS = 44;
const VISIBLE_CHILD_COUNT = 48;
const PRODUCTION = 66;
// Bits of the first byte of SubtreeHeapData's flags.
const HEAP_VISIBLE = 1;
const HEAP_EXTRA = 4;
// Bits of the first byte of SubtreeInlineData.
const IS_INLINE = 1;
const INLINE_VISIBLE = 2;
const INLINE_EXTRA = 8;
const SUBTREE_BYTES = 8;

/** What a language says of its productions: field names and aliases of their children. */
interface LanguageTables {
  maxAliases: number;
  fieldSlices: number;
  fieldEntries: number;
  publicSymbols: number;
  aliases: number;
}

function languageTables(memory: ParserMemory, language: number): LanguageTables {
  const word = (offset: number): number => memory.HEAPU32[(language + offset) >> 2] as number;
  return {
    maxAliases: memory.HEAPU16[(language + 36) >> 1] as number,
    fieldSlices: word(64),
    fieldEntries: word(68),
    publicSymbols: word(76),
    aliases: word(84),
  };
}

/** One level of the walk: a node whose children are being read. */
interface Level {
  /** Address of the node's SubtreeHeapData. */
  pointer: number;
  /** Its next child. */
  child: number;
  /** That child's index without extras such as comments: what fields and aliases count by. */
  structural: number;
  /** Bytes before that child's content. */
  position: number;
  /** Id of the closest visible node. */
  parent: number;
  /** Field that a hidden node hands down to its children. */
  field: number;
}

/** Hands all visible nodes of a tree to a sink. */
export function readTree(memory: ParserMemory, tree: number, language: number, sink: TreeSink): void {
  new TreeReader(memory, languageTables(memory, language), sink).read(tree);
}

class TreeReader {
  readonly #u8: Uint8Array;
  readonly #u16: Uint16Array;
  readonly #u32: Uint32Array;
  readonly #tables: LanguageTables;
  readonly #sink: TreeSink;
  readonly #levels: Level[] = [];
  #depth = 0;

  constructor(memory: ParserMemory, tables: LanguageTables, sink: TreeSink) {
    this.#u8 = memory.HEAPU8;
    this.#u16 = memory.HEAPU16;
    this.#u32 = memory.HEAPU32;
    this.#tables = tables;
    this.#sink = sink;
  }

  read(tree: number): void {
    // TSTree begins with the root's Subtree.
    this.#enter(tree, this.#padding(tree), -1, 0, 0, true);
    while (this.#depth > 0) this.#step(this.#levels[this.#depth - 1] as Level);
  }

  #step(level: Level): void {
    const { pointer } = level;
    const count = this.#u32[(pointer + CHILD_COUNT) >> 2] as number;
    if (level.child >= count) {
      this.#depth--;
      return;
    }
    // Children lie in front of their parent's data.
    const slot = pointer - count * SUBTREE_BYTES + level.child * SUBTREE_BYTES;
    const start = level.child === 0 ? level.position : level.position + this.#padding(slot);
    const extra = this.#isExtra(slot);
    const production = this.#u16[(pointer + PRODUCTION) >> 1] as number;
    const alias = extra ? 0 : this.#alias(production, level.structural);
    const field = (extra ? 0 : this.#field(production, level.structural)) || level.field;
    level.child++;
    level.position = start + this.#size(slot);
    if (!extra) level.structural++;
    this.#enter(slot, start, level.parent, alias, field, this.#isVisible(slot) || alias !== 0);
  }

  /** Adds a visible node; goes on below it, or below a hidden one. */
  #enter(slot: number, start: number, parent: number, alias: number, field: number, visible: boolean): void {
    let id = parent;
    if (visible) {
      const symbol = alias === 0 ? this.#symbol(slot) : alias;
      const type =
        symbol >= FIRST_ERROR_SYMBOL ? symbol : (this.#u16[(this.#tables.publicSymbols >> 1) + symbol] as number);
      const end = start + this.#size(slot);
      id = this.#sink.node(type, field, start / BYTES_PER_UNIT, end / BYTES_PER_UNIT, parent);
      if (id < 0 || !this.#sink.descends(type)) return;
    }
    if (this.#isInline(slot)) return;
    const pointer = this.#u32[slot >> 2] as number;
    const hasChildren = (this.#u32[(pointer + CHILD_COUNT) >> 2] as number) > 0;
    if (!hasChildren || (!visible && this.#u32[(pointer + VISIBLE_CHILD_COUNT) >> 2] === 0)) return;
    this.#push(pointer, start, id, visible ? 0 : field);
  }

  #push(pointer: number, position: number, parent: number, field: number): void {
    const level = this.#levels[this.#depth];
    if (level) {
      level.pointer = pointer;
      level.child = 0;
      level.structural = 0;
      level.position = position;
      level.parent = parent;
      level.field = field;
    } else this.#levels.push({ pointer, child: 0, structural: 0, position, parent, field });
    this.#depth++;
  }

  #isInline(slot: number): boolean {
    return ((this.#u8[slot] as number) & IS_INLINE) !== 0;
  }
  #isVisible(slot: number): boolean {
    if (this.#isInline(slot)) return ((this.#u8[slot] as number) & INLINE_VISIBLE) !== 0;
    return ((this.#u8[(this.#u32[slot >> 2] as number) + BITS] as number) & HEAP_VISIBLE) !== 0;
  }
  #isExtra(slot: number): boolean {
    if (this.#isInline(slot)) return ((this.#u8[slot] as number) & INLINE_EXTRA) !== 0;
    return ((this.#u8[(this.#u32[slot >> 2] as number) + BITS] as number) & HEAP_EXTRA) !== 0;
  }
  #symbol(slot: number): number {
    if (this.#isInline(slot)) return this.#u8[slot + 1] as number;
    return this.#u16[((this.#u32[slot >> 2] as number) + SYMBOL) >> 1] as number;
  }
  /** Bytes of white space in front of a node. */
  #padding(slot: number): number {
    if (this.#isInline(slot)) return this.#u8[slot + 6] as number;
    return this.#u32[((this.#u32[slot >> 2] as number) + PADDING) >> 2] as number;
  }
  /** Bytes of a node without the white space in front. */
  #size(slot: number): number {
    if (this.#isInline(slot)) return this.#u8[slot + 7] as number;
    return this.#u32[((this.#u32[slot >> 2] as number) + SIZE) >> 2] as number;
  }
  #alias(production: number, index: number): number {
    if (production === 0) return 0;
    return this.#u16[(this.#tables.aliases >> 1) + production * this.#tables.maxAliases + index] as number;
  }
  /** The field of a production's child that is not inherited from a hidden child. */
  #field(production: number, index: number): number {
    if (this.#tables.fieldSlices === 0) return 0;
    const slice = (this.#tables.fieldSlices >> 1) + production * 2;
    const first = this.#u16[slice] as number;
    const length = this.#u16[slice + 1] as number;
    for (let entry = first; entry < first + length; entry++) {
      const at = this.#tables.fieldEntries + entry * 4;
      if (this.#u8[at + 2] === index && this.#u8[at + 3] === 0) return this.#u16[at >> 1] as number;
    }
    return 0;
  }
}
