import { isLineDirective, noDirectives, readDirective, type RazorDirectives } from './razorDirectives.ts';
import { closingEnd, endOf, Mask, skipCSharpLiteral } from './razorText.ts';

/** An event attribute; its handler stands in the markup's C# as the value assigned to `_` at `start`. */
export interface RazorEvent {
  /** Without the `@`. */
  name: string;
  tag: string;
  /** Whether the attribute begins with `@`, and so holds C# whatever the element. */
  isDirective: boolean;
  /** Offsets of the attribute. */
  start: number;
  end: number;
}

/** An element of a form with the attributes that say where it is sent. */
export interface RazorForm {
  tag: string;
  attributes: Map<string, { value: string; start: number; end: number }>;
}

/** A Razor file taken apart: C# at its place, everything else blank. */
export interface RazorDocument {
  directives: RazorDirectives;
  /** Members of `@code` and `@functions` blocks. */
  members: Mask;
  /** Statements of the markup: loops, conditions, expressions with calls, and event handlers. */
  statements: Mask;
  events: RazorEvent[];
  forms: RazorForm[];
}

/** Nesting of code in markup in code beyond which nothing more is read. */
const MAX_DEPTH = 150;
const STATEMENT = /^(?:if|for|foreach|while|switch|lock|using|try|do)$/;
const VOID_ELEMENT = /^(?:area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr)$/i;
const EVENT_DIRECTIVE = /^@(?:on\w+|bind(?:-\w+)?:(?:after|set))$/;
const FORM_ELEMENT = /^(?:form|button|input)$/i;
const FORM_ATTRIBUTE = /^(?:method|action|asp-(?:page|page-handler|action|controller|area|route|route-handler))$/i;

/** Reads a Razor file: `.razor` components, and `.cshtml` pages and views. */
export function scanRazor(text: string): RazorDocument {
  return new RazorScanner(text).scan();
}

class RazorScanner {
  readonly #text: string;
  readonly #document: RazorDocument;
  #out: Mask;
  #at = 0;
  #depth = 0;
  /** Whether a statement was written that still lacks its semicolon. */
  #open = false;

  constructor(text: string) {
    this.#text = text;
    const statements = new Mask(text);
    this.#document = { directives: noDirectives(), members: new Mask(text), statements, events: [], forms: [] };
    this.#out = statements;
  }

  scan(): RazorDocument {
    while (this.#at < this.#text.length) this.#content();
    return this.#document;
  }

  #next(offset = 0): string {
    return this.#text[this.#at + offset] ?? '';
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    return pattern.exec(this.#text)?.[0] ?? '';
  }

  /** Steps over markup; what stands there before gets its semicolon. */
  #skip(to: number): void {
    for (let at = this.#at; this.#open && at < to; at++) {
      if (this.#text[at] === '\n') continue;
      this.#out.write(at, ';');
      this.#open = false;
    }
    this.#at = Math.max(to, this.#at);
  }

  #copy(to: number): void {
    this.#out.copy(this.#at, to);
    this.#at = Math.max(to, this.#at);
  }

  /** One piece of markup: a tag, a transition to code, or text. Returns how the depth of elements changes. */
  #content(): number {
    const character = this.#next();
    if (character === '@') this.#transition();
    else if (character !== '<') this.#skip(this.#at + 1);
    else if (this.#text.startsWith('<!--', this.#at)) this.#skip(endOf(this.#text, '-->', this.#at));
    else if (/[A-Za-z]/.test(this.#next(1))) return this.#tag();
    else if (this.#next(1) === '/') {
      this.#skip(endOf(this.#text, '>', this.#at));
      return -1;
    } else this.#skip(this.#at + 1);
    return 0;
  }

  /** An element with all in it. */
  #element(): void {
    let depth = 0;
    do depth += this.#content();
    while (depth > 0 && this.#at < this.#text.length);
  }

  /** Returns 1 when the tag leaves its element open. */
  #tag(): number {
    const name = this.#match(/<[A-Za-z][\w:.-]*/y).slice(1);
    this.#skip(this.#at + name.length + 1);
    const form: RazorForm = { tag: name.toLowerCase(), attributes: new Map() };
    while (this.#at < this.#text.length) {
      this.#skip(this.#at + this.#match(/\s*/y).length);
      const end = this.#match(/\/?>/y);
      if (end !== '') {
        this.#skip(this.#at + end.length);
        if (FORM_ELEMENT.test(name)) this.#document.forms.push(form);
        if (end === '/>' || VOID_ELEMENT.test(name)) return 0;
        if (/^(?:script|style)$/i.test(name)) return this.#rawContent(name);
        return 1;
      }
      this.#attribute(name, form);
    }
    return 0;
  }

  /** Scripts hold no tags, but code. */
  #rawContent(name: string): number {
    const end = new RegExp(`</${name}`, 'gi');
    end.lastIndex = this.#at;
    const stop = end.exec(this.#text)?.index ?? this.#text.length;
    while (this.#at < stop) {
      if (this.#next() === '@') this.#transition();
      else this.#skip(this.#at + 1);
    }
    this.#skip(endOf(this.#text, '>', this.#at));
    return 0;
  }

  #attribute(tag: string, form: RazorForm): void {
    const start = this.#at;
    const name = this.#match(/@?[A-Za-z_:][\w:.-]*/y);
    if (
      name === '' ||
      (name.startsWith('@') && !/^@[\w:.-]+\s*(?:=|\s|\/?>)/.test(this.#text.slice(start, start + 200)))
    ) {
      if (this.#next() === '@') this.#transition();
      else this.#skip(start + 1);
      return;
    }
    const equals = /\s*=\s*/y;
    equals.lastIndex = start + name.length;
    const assigned = equals.exec(this.#text)?.[0];
    if (assigned === undefined) return this.#skip(start + name.length);
    const value = start + name.length + assigned.length;
    if (this.#isHandler(tag, name, value)) this.#handler(tag, name, start, value);
    else {
      this.#skip(value);
      this.#value();
      if (!FORM_ATTRIBUTE.test(name)) return;
      form.attributes.set(name.toLowerCase(), {
        value: unquoted(this.#text.slice(value, this.#at)),
        start,
        end: this.#at,
      });
    }
  }

  /** Whether the attribute may hold an event handler; on components any that names something or is a lambda. */
  #isHandler(tag: string, name: string, value: number): boolean {
    if (EVENT_DIRECTIVE.test(name)) return true;
    if (name.startsWith('@') || !/^[A-Z]|\./.test(tag) || !/^[A-Z]\w*$/.test(name)) return false;
    return /^["']\s*@?\(?\s*(?:[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*\s*\)?\s*["']|(?:async\s+)?(?:\w+|\([^()"']*\))\s*=>)/.test(
      this.#text.slice(value, value + 300),
    );
  }

  /** Writes `@onclick="Save"` as `_= Save;`. */
  #handler(tag: string, name: string, start: number, value: number): void {
    const text = this.#text;
    const quote = text[value] ?? '';
    const isQuoted = quote === '"' || quote === "'";
    let from = isQuoted ? value + 1 : value;
    while (/\s/.test(text[from] ?? '')) from++;
    if (text[from] === '@') from++;
    const inner = text[from] === '(' ? closingEnd(text, from) : from;
    const to = isQuoted
      ? text.indexOf(quote, inner)
      : inner + (/^[^\s>]*/.exec(text.slice(inner, inner + 2000))?.[0].length ?? 0);
    if (to < 0) return this.#skip(text.length);
    this.#skip(start);
    this.#open = false;
    this.#out.write(start, '_');
    this.#out.write(start + 1, '=');
    this.#out.copy(from, to);
    if (isQuoted) this.#out.write(to, ';');
    else this.#open = true;
    this.#at = isQuoted ? to + 1 : to;
    const isDirective = name.startsWith('@');
    this.#document.events.push({ name: isDirective ? name.slice(1) : name, tag, isDirective, start, end: this.#at });
  }

  /** An attribute's value, which may hold code. */
  #value(): void {
    const quote = this.#next();
    const isQuoted = quote === '"' || quote === "'";
    if (isQuoted) this.#skip(this.#at + 1);
    while (this.#at < this.#text.length) {
      const character = this.#next();
      if (isQuoted ? character === quote : /[\s>]/.test(character)) break;
      if (character === '@') this.#transition();
      else this.#skip(this.#at + 1);
    }
    if (isQuoted) this.#skip(this.#at + 1);
  }

  /** What an `@` in markup begins. */
  #transition(): void {
    const next = this.#next(1);
    if (next === '*') return this.#skip(endOf(this.#text, '*@', this.#at + 2));
    if (next === '@' || this.#depth > MAX_DEPTH) return this.#skip(this.#at + 2);
    this.#depth++;
    if (next === '{') this.#block(this.#at + 1);
    else if (next === '(') this.#expression(this.#at + 1, closingEnd(this.#text, this.#at + 1));
    else if (/[A-Za-z_]/.test(next) && !/\w/.test(this.#text[this.#at - 1] ?? '')) this.#word();
    else this.#skip(this.#at + 1);
    this.#depth--;
  }

  #word(): void {
    const word = this.#match(/@\w+/y).slice(1);
    const after = this.#at + 1 + word.length;
    const lineEnd = this.#text.indexOf('\n', after);
    const end = lineEnd < 0 ? this.#text.length : lineEnd;
    const rest = this.#text.slice(after, end);
    const isAtLineStart = /^\s*$/.test(
      this.#text.slice(this.#text.lastIndexOf('\n', this.#at - 1) + 1, this.#at).replace('\uFEFF', ''),
    );
    if (isAtLineStart && isLineDirective(word, rest.replace(/\r$/, ''))) {
      readDirective(this.#document.directives, word, rest, this.#at, end - (rest.endsWith('\r') ? 1 : 0));
      return this.#skip(end);
    }
    const block = /\s*\{/y;
    block.lastIndex = after;
    const opening = block.exec(this.#text)?.[0];
    if (/^(?:code|functions)$/.test(word) && opening !== undefined) return this.#members(after + opening.length - 1);
    if (word === 'section') return this.#skip(endOf(this.#text, '{', after));
    if (STATEMENT.test(word)) return this.#statement();
    return this.#implicit(after);
  }

  /** `@code { … }`: the braces are those of the class. */
  #members(open: number): void {
    const outer = this.#out;
    this.#skip(open);
    this.#out = this.#document.members;
    this.#open = false;
    this.#codeBlock();
    this.#out.blank(open);
    if (this.#text[this.#at - 1] === '}') this.#out.blank(this.#at - 1);
    this.#out = outer;
  }

  #block(open: number): void {
    this.#skip(open);
    this.#open = false;
    this.#codeBlock();
  }

  /** `@Model.Items(x)[0]!.Name`; only calls matter. */
  #implicit(after: number): void {
    const text = this.#text;
    let end = after;
    const awaited = /@await\s+\w+/y;
    awaited.lastIndex = this.#at;
    const head = awaited.exec(text)?.[0];
    if (head !== undefined) end = this.#at + head.length;
    for (;;) {
      const step = /(?:\?|!)?\.[A-Za-z_]\w*/y;
      step.lastIndex = end;
      const member = step.exec(text)?.[0];
      if (member !== undefined) end += member.length;
      else if (text[end] === '(' || text[end] === '[') end = closingEnd(text, end);
      else break;
    }
    this.#expression(this.#at + 1, end);
  }

  #expression(from: number, to: number): void {
    if (!this.#text.slice(from, to).includes('(')) return this.#skip(to);
    this.#out.write(this.#at, ';');
    this.#open = false;
    this.#at = from;
    this.#copy(to);
    this.#open = true;
  }

  /** `@if (…) { … } else { … }`, `@foreach`, `@try` and so on. */
  #statement(): void {
    this.#out.write(this.#at, ';');
    this.#open = false;
    this.#at++;
    for (;;) {
      this.#copy(this.#at + this.#match(/[a-z]+(?:\s+if\b)?\s*/y).length);
      if (this.#next() === '(') this.#copy(closingEnd(this.#text, this.#at));
      this.#copy(this.#at + this.#match(/\s*(?:when\s*(?=\())?/y).length);
      if (this.#next() === '(') this.#copy(closingEnd(this.#text, this.#at));
      this.#copy(this.#at + this.#match(/\s*/y).length);
      if (this.#next() !== '{') {
        this.#copy(this.#at + this.#match(/;/y).length);
        return;
      }
      this.#codeBlock();
      const follows = this.#match(/\s*(?:else|catch|finally)\b|\s*while\b(?=[^{;]*;)/y);
      if (follows === '') return;
      this.#at += follows.length - follows.trimStart().length;
    }
  }

  /** Statements in braces, with markup between them. */
  #codeBlock(): void {
    if (++this.#depth > MAX_DEPTH) {
      this.#depth--;
      this.#at = closingEnd(this.#text, this.#at);
      return;
    }
    this.#copy(this.#at + 1);
    let isStart = true;
    while (this.#at < this.#text.length) {
      const character = this.#next();
      if (character === '}') {
        this.#copy(this.#at + 1);
        break;
      }
      isStart = this.#code(character, isStart);
    }
    this.#depth--;
  }

  /** One piece of code; returns whether a statement may begin after it. */
  #code(character: string, isStart: boolean): boolean {
    const text = this.#text;
    if (/\s/.test(character)) {
      this.#copy(this.#at + 1);
      return isStart;
    }
    if (character === '<' && isStart && /[A-Za-z!]/.test(this.#next(1))) {
      this.#element();
      return true;
    }
    const literal = skipCSharpLiteral(text, this.#at);
    if (literal > this.#at) {
      if (character === '/') this.#at = literal;
      else this.#copy(literal);
      return character === '/' && isStart;
    }
    if (character === '@') return this.#codeTransition(isStart);
    if (character === '{') {
      this.#codeBlock();
      return true;
    }
    this.#copy(this.#at + (this.#match(/\w+/y).length || 1));
    return character === ';' || (character === ':' && /\s/.test(this.#next()));
  }

  /** `@:text`, `@if` and `@Call()` inside of code, and markup as a value: `@<p>…</p>`. */
  #codeTransition(isStart: boolean): boolean {
    const next = this.#next(1);
    if (next === '<') {
      this.#templateValue();
      return false;
    }
    if (next === ':') {
      const end = this.#text.indexOf('\n', this.#at);
      const stop = end < 0 ? this.#text.length : end;
      this.#skip(this.#at + 2);
      while (this.#at < stop) this.#content();
      return true;
    }
    if (isStart || next === '*') {
      this.#transition();
      return isStart;
    }
    this.#at++;
    return false;
  }

  /** Markup that is a value is no statement: it is stepped over. */
  #templateValue(): void {
    const outer = this.#out;
    const events = this.#document.events.length;
    outer.write(this.#at, '_');
    this.#at++;
    this.#out = new Mask(this.#text);
    this.#element();
    this.#out = outer;
    this.#open = false;
    this.#document.events.length = events;
  }
}

function unquoted(text: string): string {
  return text.replace(/^(["'])(.*)\1$/s, '$2').trim();
}
