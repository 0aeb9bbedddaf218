import { type AttributeValue, type TextPositions } from './templateSource.ts';
import { type Token, tokenize, unescape } from './templateTokens.ts';
import { Flag, Kind, type TreeBuilder } from './tree.ts';

const MAX_DEPTH = 400;
/** What a template literal in a template literal counts: each level reads its text once more. */
const NESTED_TEMPLATE_DEPTH = 20;
const ASSIGNMENTS = new Set(['=', '+=', '-=', '*=', '/=', '%=', '**=', '&&=', '||=', '??=', '|=', '&=', '^=']);
const LITERALS = new Set(['true', 'false', 'null', 'undefined']);
const PREFIXES = new Set(['!', '-', '+', '~', '++', '--']);
const PREFIX_WORDS = new Set(['typeof', 'void']);
/** In Angular these are names like others, and `delete(item)` a common one: operators only before a name. */
const JAVASCRIPT_PREFIX_WORDS = new Set(['delete', 'await']);
/** Words of statements, for `onclick` attributes: what they stand before is lowered as if they were not there. */
const STATEMENT_WORDS = new Set(['return', 'if', 'else', 'while', 'for', 'do', 'var', 'let', 'const', 'throw']);
/** What follows the first name of a statement, but no key of an object. */
const STATEMENT_OPERATORS = new Set(['(', '.', '?.', '=', '[']);
/** How tightly binary operators bind. `|` is Angular's pipe and no operator. */
const PRECEDENCE: Readonly<Record<string, number>> = {
  '??': 1,
  '||': 2,
  '&&': 3,
  '==': 4,
  '!=': 4,
  '===': 4,
  '!==': 4,
  '<': 5,
  '>': 5,
  '<=': 5,
  '>=': 5,
  in: 5,
  instanceof: 5,
  '+': 6,
  '-': 6,
  '*': 7,
  '/': 7,
  '%': 7,
  '**': 8,
};

/** A lowered expression with its place in the source; id 0 when there was none. */
interface Expression {
  id: number;
  start: number;
  end: number;
}

/**
 * Lowers the expression or the statements of an attribute: Angular's expression syntax, which is close to JavaScript's.
 * Bare identifiers stay Identifiers, members of the component and variables of the template alike.
 * @returns the node, a List when there are several statements, 0 when there is nothing
 */
export function lowerExpression(value: AttributeValue, builder: TreeBuilder, positions: TextPositions): number {
  return new ExpressionLowering(value, builder, positions).statements();
}

/** A recursive descent parser that emits lowered nodes as it goes. What does not fit is passed over. */
class ExpressionLowering {
  readonly #value: AttributeValue;
  readonly #builder: TreeBuilder;
  readonly #positions: TextPositions;
  readonly #tokens: Token[];
  #index = 0;
  #depth = 0;

  constructor(value: AttributeValue, builder: TreeBuilder, positions: TextPositions) {
    this.#value = value;
    this.#builder = builder;
    this.#positions = positions;
    this.#tokens = tokenize(value.text);
  }

  statements(): number {
    const ids: number[] = [];
    while (this.#token.type !== 'end') {
      const before = this.#index;
      if (this.#isStatementPart()) this.#index++;
      else {
        const { id } = this.#pipe();
        if (id !== 0) ids.push(id);
      }
      if (this.#index === before) this.#index++;
    }
    const [only = 0] = ids;
    if (ids.length < 2) return only;
    return this.#node(Kind.List, 0, this.#value.text.length, '', ids);
  }

  #isStatementPart(): boolean {
    const { type, text } = this.#token;
    // A brace that begins a statement is that of a block.
    return type === 'name' ? STATEMENT_WORDS.has(text) : type === 'operator' && (text === '{' || text === '}');
  }

  get #token(): Token {
    const token = this.#tokens[this.#index] ?? this.#tokens.at(-1);
    if (token === undefined) throw new Error('a token list always ends with an end token');
    return token;
  }

  #isOperator(text: string): boolean {
    return this.#token.type === 'operator' && this.#token.text === text;
  }

  #accept(text: string): boolean {
    if (!this.#isOperator(text)) return false;
    this.#index++;
    return true;
  }

  #node(kind: Kind, start: number, end: number, text: string, children: readonly number[], flags = 0): number {
    // The end is that of the last character, so that a reference like `&quot;` counts whole.
    return this.#builder.node(kind, flags, this.#position(start), this.#position(end), text, children);
  }

  #position(index: number): number {
    return this.#positions.packed(this.#value.offsetOf(index));
  }

  #expression(kind: Kind, start: number, end: number, text: string, children: readonly number[]): Expression {
    return { id: this.#node(kind, start, end, text, children), start, end };
  }

  /** End of the token before the current one. */
  get #lastEnd(): number {
    return this.#tokens[this.#index - 1]?.end ?? 0;
  }

  #nothing(): Expression {
    return { id: 0, start: this.#token.start, end: this.#token.start };
  }

  /** Counts a level; past the limit the rest of the source is given up. */
  #enter(): boolean {
    if (++this.#depth <= MAX_DEPTH) return true;
    this.#index = this.#tokens.length - 1;
    return false;
  }

  #pipe(): Expression {
    if (!this.#enter()) {
      this.#depth--;
      return this.#nothing();
    }
    const value = this.#assignment();
    const operands = [value.id];
    while (this.#accept('|')) {
      if (this.#token.type === 'name') this.#index++;
      while (this.#accept(':')) operands.push(this.#assignment().id);
    }
    this.#depth--;
    if (operands.length === 1) return value;
    return this.#expression(Kind.List, value.start, this.#lastEnd, '', operands);
  }

  #assignment(): Expression {
    const target = this.#conditional();
    const { type, text } = this.#token;
    if (target.id === 0 || type !== 'operator' || !ASSIGNMENTS.has(text)) return target;
    this.#index++;
    const value = this.#pipe();
    return this.#expression(Kind.Assign, target.start, this.#lastEnd, text, [target.id, value.id]);
  }

  #conditional(): Expression {
    const condition = this.#binary(0);
    if (condition.id === 0 || !this.#accept('?')) return condition;
    const whenTrue = this.#pipe();
    const whenFalse = this.#accept(':') ? this.#pipe() : this.#nothing();
    const children = [condition.id, whenTrue.id, whenFalse.id];
    return this.#expression(Kind.Conditional, condition.start, this.#lastEnd, '', children);
  }

  #binary(minimum: number): Expression {
    let left = this.#unary();
    const depth = this.#depth;
    for (;;) {
      const operator = this.#token;
      const isWord = operator.text === 'in' || operator.text === 'instanceof';
      const precedence = operator.type === 'operator' || isWord ? (PRECEDENCE[operator.text] ?? 0) : 0;
      if (left.id === 0 || precedence <= minimum || !this.#enter()) break;
      this.#index++;
      const right = this.#binary(precedence);
      left = this.#expression(Kind.Binary, left.start, this.#lastEnd, operator.text, [left.id, right.id]);
    }
    this.#depth = depth;
    return left;
  }

  #unary(): Expression {
    const { start } = this.#token;
    while (this.#isPrefix()) this.#index++;
    if (this.#isNameBeforeName() && this.#token.text === 'new') return this.#new(start);
    const { id, end } = this.#postfix(this.#primary());
    return { id, start, end };
  }

  #isPrefix(): boolean {
    const { type, text } = this.#token;
    if (type === 'operator') return PREFIXES.has(text);
    if (type !== 'name') return false;
    return PREFIX_WORDS.has(text) || (JAVASCRIPT_PREFIX_WORDS.has(text) && this.#isNameBeforeName());
  }

  #isNameBeforeName(): boolean {
    return this.#token.type === 'name' && this.#tokens[this.#index + 1]?.type === 'name';
  }

  #new(start: number): Expression {
    this.#index++;
    let callee = this.#primary();
    while (this.#isOperator('.')) callee = this.#member(callee);
    const list = this.#accept('(') ? this.#arguments(this.#lastEnd - 1, ')') : this.#list(this.#lastEnd, []);
    const created = this.#expression(Kind.New, start, this.#lastEnd, '', [callee.id, list, 0]);
    return this.#postfix(created);
  }

  #postfix(operand: Expression): Expression {
    let left = operand;
    const depth = this.#depth;
    while (left.id !== 0) {
      const next = this.#postfixStep(left);
      if (next === undefined || !this.#enter()) break;
      left = next;
    }
    this.#depth = depth;
    return left;
  }

  /** One `.name`, `[index]`, `(arguments)` or `!` after an expression; undefined when none follows. */
  #postfixStep(left: Expression): Expression | undefined {
    if (this.#isOperator('.')) return this.#member(left);
    if (this.#isOperator('?.')) return this.#safeStep(left);
    if (this.#accept('(')) return this.#call(left);
    if (this.#accept('[')) return this.#indexed(left);
    if (this.#accept('!') || this.#accept('++') || this.#accept('--')) return { ...left, end: this.#lastEnd };
    return undefined;
  }

  #safeStep(left: Expression): Expression {
    const after = this.#tokens[this.#index + 1]?.text;
    if (after !== '(' && after !== '[') return this.#member(left);
    this.#index += 2;
    return after === '(' ? this.#call(left) : this.#indexed(left);
  }

  #member(object: Expression): Expression {
    this.#index++;
    if (this.#token.type !== 'name') return object;
    const { text, end } = this.#token;
    this.#index++;
    return this.#expression(Kind.Member, object.start, end, text, [object.id]);
  }

  #call(callee: Expression): Expression {
    const list = this.#arguments(this.#lastEnd - 1, ')');
    return this.#expression(Kind.Call, callee.start, this.#lastEnd, '', [callee.id, list, 0]);
  }

  #indexed(object: Expression): Expression {
    const index = this.#pipe();
    this.#accept(']');
    return this.#expression(Kind.Index, object.start, this.#lastEnd, '', [object.id, index.id]);
  }

  #list(start: number, ids: readonly number[]): number {
    return this.#node(Kind.List, start, this.#lastEnd, '', ids);
  }

  #arguments(start: number, close: string): number {
    return this.#list(start, this.#items(close));
  }

  /** Expressions with commas between them up to and including `close`. */
  #items(close: string): number[] {
    const ids: number[] = [];
    while (this.#token.type !== 'end' && !this.#accept(close)) {
      const before = this.#index;
      const { id } = this.#spreadOr(() => this.#pipe());
      if (id !== 0) ids.push(id);
      if (!this.#accept(',') && this.#index === before) this.#index++;
    }
    return ids;
  }

  #spreadOr(parse: () => Expression): Expression {
    const { start } = this.#token;
    if (!this.#accept('...')) return parse();
    const operand = this.#pipe();
    return this.#expression(Kind.Spread, start, this.#lastEnd, '', [operand.id]);
  }

  #primary(): Expression {
    const token = this.#token;
    const { type, text, start, end } = token;
    if (this.#isArrow()) return this.#arrow();
    if (type === 'end') return this.#nothing();
    if (type === 'operator') return this.#bracketed();
    this.#index++;
    if (type === 'string') return this.#expression(Kind.String, start, end, text, []);
    if (type === 'template') return this.#template(token);
    if (type === 'name' && text === 'this') return this.#expression(Kind.This, start, end, '', []);
    const isLiteral = type !== 'name' || LITERALS.has(text);
    return this.#expression(isLiteral ? Kind.Literal : Kind.Identifier, start, end, text, []);
  }

  #bracketed(): Expression {
    const { start } = this.#token;
    if (this.#accept('(')) {
      const { id } = this.#pipe();
      this.#accept(')');
      return { id, start, end: this.#lastEnd };
    }
    if (this.#accept('[')) {
      const items = this.#items(']');
      return this.#expression(Kind.Array, start, this.#lastEnd, '', items);
    }
    return this.#accept('{') ? this.#object(start) : this.#nothing();
  }

  #object(start: number): Expression {
    const ids: number[] = [];
    while (this.#token.type !== 'end' && !this.#accept('}')) {
      const before = this.#index;
      const { id } = this.#spreadOr(() => this.#property());
      if (id !== 0) ids.push(id);
      if (!this.#accept(',') && this.#index === before) this.#index++;
    }
    return this.#expression(Kind.Object, start, this.#lastEnd, '', ids);
  }

  #property(): Expression {
    const { type, text, start, end } = this.#token;
    if (type === 'operator' || type === 'end') return this.#nothing();
    const next = this.#tokens[this.#index + 1];
    // The body of a `function`, which only `onclick` attributes have.
    if (next?.type === 'operator' && STATEMENT_OPERATORS.has(next.text)) return this.#pipe();
    this.#index++;
    const value = this.#accept(':') ? this.#pipe() : this.#expression(Kind.Identifier, start, end, text, []);
    return this.#expression(Kind.Property, start, this.#lastEnd, text, [value.id, 0]);
  }

  /** Whether `name =>` or `(names) =>` begins here. */
  #isArrow(): boolean {
    let index = this.#index;
    if (this.#isOperator('(')) {
      index++;
      while (this.#tokens[index]?.type === 'name' || this.#tokens[index]?.text === ',') index++;
      if (this.#tokens[index]?.text !== ')') return false;
    } else if (this.#token.type !== 'name') {
      return false;
    }
    const arrow = this.#tokens[index + 1];
    return arrow?.type === 'operator' && arrow.text === '=>';
  }

  #arrow(): Expression {
    const { start } = this.#token;
    const parameters: number[] = [];
    for (; !this.#isOperator('=>'); this.#index++) {
      const { type, text, start: from, end } = this.#token;
      if (type === 'name') parameters.push(this.#node(Kind.Param, from, end, text, [0, 0, this.#list(from, [])]));
    }
    const list = this.#list(start, parameters);
    this.#index++;
    const body = this.#pipe();
    const empty = this.#list(start, []);
    const children = [0, list, 0, body.id, empty, this.#list(start, [])];
    const id = this.#node(Kind.Function, start, this.#lastEnd, '', children, Flag.Lambda);
    return { id, start, end: this.#lastEnd };
  }

  #template({ text, start, end }: Token): Expression {
    const parts: number[] = [];
    const content = text.endsWith('`') && text.length > 1 ? text.slice(1, -1) : text.slice(1);
    let last = 0;
    const addText = (to: number): void => {
      if (to <= last) return;
      const value = unescape(content.slice(last, to));
      parts.push(this.#node(Kind.String, start + 1 + last, start + 1 + to, value, []));
    };
    for (let open = content.indexOf('${'); open >= 0; open = content.indexOf('${', last)) {
      addText(open);
      const close = closingBrace(content, open + 2);
      const id = this.#nested(start + 1 + open + 2, content.slice(open + 2, close));
      if (id !== 0) parts.push(id);
      last = Math.min(close + 1, content.length);
    }
    addText(content.length);
    return this.#expression(Kind.Template, start, end, '', parts);
  }

  #nested(start: number, text: string): number {
    const value = { text, offsetOf: (index: number) => this.#value.offsetOf(start + index) };
    const inner = new ExpressionLowering(value, this.#builder, this.#positions);
    inner.#depth = this.#depth + NESTED_TEMPLATE_DEPTH;
    return inner.statements();
  }
}

function closingBrace(text: string, from: number): number {
  let open = 1;
  for (let i = from; i < text.length; i++) {
    if (text[i] === '{') open++;
    else if (text[i] === '}' && --open === 0) return i;
  }
  return text.length;
}
