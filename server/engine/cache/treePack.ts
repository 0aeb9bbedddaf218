import { closeSync, fstatSync, mkdirSync, openSync, readSync, renameSync, rmSync, writevSync } from 'node:fs';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import type { SharedTree } from '../lower/tree.ts';

/*
 * The file a workspace's lowered trees are kept in: a preamble of four 32-bit words (magic, bytes of the header,
 * checksum of the header, checksum of the rest), the header as JSON, then the sections it describes, each aligned to
 * four bytes: texts that are Latin-1, texts that are not, lengths and widths of the texts, trees. Little-endian, as is
 * every machine that Node runs on today; it never leaves the machine that wrote it.
 */
const MAGIC = 0x31_50_54_50;
const PREAMBLE = 16;
const WORD = 4;
const BUFFERS_A_WRITE = 512;
/** End of the name of a pack that is being written. */
export const PARTIAL_SUFFIX = '.partial';

const Entry = Type.Object({
  /** Absolute path. */
  path: Type.String(),
  /** What the file system said of the file when it was read. */
  stamp: Type.String(),
  /** SHA-256 of the content. */
  hash: Type.String(),
  language: Type.String(),
  /** Saves since a scan last used it. */
  age: Type.Integer({ minimum: 0 }),
  /** Why the file is skipped; without it there is a tree. */
  skipped: Type.Optional(Type.String()),
  generated: Type.Optional(Type.Boolean()),
  /** Words of the tree's nodes and of its atoms, and the id of its root. */
  nodes: Type.Integer({ minimum: 0 }),
  atoms: Type.Integer({ minimum: 0 }),
  root: Type.Integer({ minimum: 0 }),
});

const Header = Type.Object({
  identity: Type.String(),
  /** Milliseconds since 1970 at which the oldest of its files was read. */
  readAt: Type.Number(),
  texts: Type.Integer({ minimum: 0 }),
  latinBytes: Type.Integer({ minimum: 0 }),
  wideBytes: Type.Integer({ minimum: 0 }),
  entries: Type.Array(Entry),
});
const headerCheck = Compile(Header);

/** A file in a pack. */
export type PackEntry = Static<typeof Entry>;

/** What a pack holds: its texts, and for each entry that has one its tree, in the entries' order. */
export interface PackContent {
  texts: string[];
  trees: (SharedTree | undefined)[];
}

export interface TreePack extends PackContent {
  identity: string;
  readAt: number;
  entries: PackEntry[];
}

/** A pack of which only the list of files has been read. */
export interface OpenPack {
  readAt: number;
  entries: PackEntry[];
  /**
   * Reads the rest and closes the file. Trees are views of one buffer: nothing is copied but the texts.
   * @returns undefined when it is damaged
   */
  content(): PackContent | undefined;
  /** Closes the file unread. */
  close(): void;
}

/** @returns undefined when there is none, another engine wrote it, or its list of files is damaged */
export function openTreePack(path: string, identity: string): OpenPack | undefined {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    // None yet, or not readable: everything is parsed.
    return undefined;
  }
  try {
    const pack = readHeader(file, identity);
    if (pack) return pack;
  } catch {
    // Cut off, or not what it says it is.
  }
  closeSync(file);
  return undefined;
}

function readHeader(file: number, identity: string): OpenPack | undefined {
  const preamble = readAt(file, 0, PREAMBLE);
  if (preamble.readUInt32LE(0) !== MAGIC) return undefined;
  const headerBytes = readAt(file, PREAMBLE, preamble.readUInt32LE(4));
  if (crc32(headerBytes) !== preamble.readUInt32LE(8)) return undefined;
  const header: unknown = JSON.parse(headerBytes.toString('utf8'));
  if (!headerCheck.Check(header) || header.identity !== identity) return undefined;
  return {
    readAt: header.readAt,
    entries: header.entries,
    content() {
      try {
        const start = aligned(PREAMBLE + headerBytes.byteLength);
        const body = readAt(file, start, fstatSync(file).size - start);
        return crc32(body) === preamble.readUInt32LE(12) ? sectionsOf(body, header) : undefined;
      } catch {
        return undefined;
      } finally {
        closeSync(file);
      }
    },
    close: () => closeSync(file),
  };
}

/** Reads a part of a file into a buffer of its own, which is aligned. */
function readAt(file: number, start: number, length: number): Buffer {
  if (length > fstatSync(file).size) throw new Error('the file is shorter than it says');
  const bytes = Buffer.allocUnsafeSlow(length);
  if (readSync(file, bytes, 0, length, start) !== length) throw new Error('the file is shorter than it says');
  return bytes;
}

function sectionsOf(body: Buffer, header: Static<typeof Header>): PackContent {
  const latin = body.subarray(0, header.latinBytes);
  const wideAt = aligned(header.latinBytes);
  const wide = body.subarray(wideAt, wideAt + header.wideBytes);
  let at = aligned(wideAt + header.wideBytes);
  const words = (count: number): Int32Array => {
    const section = new Int32Array(body.buffer, body.byteOffset + at, count);
    at += count * WORD;
    return section;
  };
  const texts = decodeTexts(latin, wide, words(header.texts));
  const trees = header.entries.map((entry) =>
    entry.skipped === undefined
      ? { nodes: words(entry.nodes), atoms: words(entry.atoms), root: entry.root }
      : undefined,
  );
  return { texts, trees };
}

/** @param lengths UTF-16 units of each text; negative for one that is not Latin-1 */
function decodeTexts(latin: Buffer, wide: Buffer, lengths: Int32Array): string[] {
  const texts = new Array<string>(lengths.length);
  let latinAt = 0;
  let wideAt = 0;
  for (const [id, length] of lengths.entries()) {
    if (length >= 0) texts[id] = latin.toString('latin1', latinAt, (latinAt += length));
    else texts[id] = wide.toString('utf16le', wideAt, (wideAt -= 2 * length));
  }
  return texts;
}

/**
 * Writes a pack beside its place and renames it, so that scans running at the same time read one or the other.
 * @throws when it cannot be written (disk full, a cache that may only be read); what was there stays
 */
export function writeTreePack(path: string, pack: TreePack): void {
  const sections = encodeTexts(pack.texts);
  const header: Static<typeof Header> = {
    identity: pack.identity,
    readAt: pack.readAt,
    texts: pack.texts.length,
    latinBytes: sections.latin.byteLength,
    wideBytes: sections.wide.byteLength,
    entries: pack.entries,
  };
  const headerBytes = Buffer.from(JSON.stringify(header));
  const body = [padded(sections.latin), padded(sections.wide), bytesOf(sections.lengths)];
  for (const tree of pack.trees) if (tree) body.push(bytesOf(tree.nodes), bytesOf(tree.atoms));
  const preamble = Buffer.alloc(PREAMBLE);
  preamble.writeUInt32LE(MAGIC, 0);
  preamble.writeUInt32LE(headerBytes.byteLength, 4);
  preamble.writeUInt32LE(crc32(headerBytes), 8);
  preamble.writeUInt32LE(checksum(body), 12);
  // The preamble's length is a multiple of a word, so padding the header aligns what follows.
  writeWhole(path, [preamble, padded(headerBytes), ...body]);
}

function writeWhole(path: string, buffers: Buffer[]): void {
  const partial = `${path}.${process.pid}${PARTIAL_SUFFIX}`;
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  try {
    const file = openSync(partial, 'w', 0o600);
    try {
      for (let at = 0; at < buffers.length; at += BUFFERS_A_WRITE)
        writeAll(file, buffers.slice(at, at + BUFFERS_A_WRITE));
    } finally {
      closeSync(file);
    }
    renameSync(partial, path);
  } catch (error) {
    rmSync(partial, { force: true });
    throw error;
  }
}

function writeAll(file: number, buffers: Buffer[]): void {
  const bytes = buffers.reduce((sum, buffer) => sum + buffer.byteLength, 0);
  if (writevSync(file, buffers) !== bytes) throw new Error('the disk took only a part of it');
}

function checksum(buffers: readonly Buffer[]): number {
  return buffers.reduce((sum, buffer) => crc32(buffer, sum), 0);
}

function encodeTexts(texts: readonly string[]): { latin: Buffer; wide: Buffer; lengths: Int32Array } {
  const lengths = new Int32Array(texts.length);
  const latin: string[] = [];
  const wide: string[] = [];
  for (const [id, text] of texts.entries()) {
    // oxlint-disable-next-line no-control-regex
    const isWide = /[^\u0000-\u00FF]/.test(text);
    (isWide ? wide : latin).push(text);
    lengths[id] = isWide ? -text.length : text.length;
  }
  // UTF-16 keeps what UTF-8 would not: half of a surrogate pair in a literal.
  return { latin: Buffer.from(latin.join(''), 'latin1'), wide: Buffer.from(wide.join(''), 'utf16le'), lengths };
}

function bytesOf(words: Int32Array): Buffer {
  return Buffer.from(words.buffer, words.byteOffset, words.byteLength);
}

function padded(bytes: Buffer): Buffer {
  return bytes.byteLength % WORD === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(WORD - (bytes.byteLength % WORD))]);
}

function aligned(offset: number): number {
  return Math.ceil(offset / WORD) * WORD;
}
