/**
 * What a Protocol Buffers file declares that its users in code see: package, services and messages.
 * https://protobuf.dev/reference/protobuf/proto3-spec/ (proto2 and editions differ in nothing that is read here).
 */
export interface ProtoFile {
  package: string;
  /** `option csharp_namespace`, '' when it is not given. */
  csharpNamespace: string;
  services: ProtoService[];
  messages: ProtoMessage[];
}

export interface ProtoService {
  name: ProtoToken;
  end: ProtoToken;
  methods: ProtoMethod[];
}

export interface ProtoMethod {
  name: ProtoToken;
  end: ProtoToken;
  request: string;
  requestStream: boolean;
  response: string;
  responseStream: boolean;
  /** Verb and route of `option (google.api.http)`, where the method is served over plain HTTP as well. */
  http: { verb: string; route: string } | undefined;
}

export interface ProtoMessage {
  name: ProtoToken;
  end: ProtoToken;
  fields: ProtoField[];
  messages: ProtoMessage[];
}

export interface ProtoField {
  name: ProtoToken;
  /** As written; of a map the type of its values. */
  type: string;
  shape: 'single' | 'repeated' | 'map';
}

/** A piece of the text: an identifier with its dots, a string without its quotes, or a sign. */
export interface ProtoToken {
  text: string;
  isString: boolean;
  /** 1-based. */
  line: number;
  column: number;
}

const TOKEN = /\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|\.?[A-Za-z_][\w.]*|\n|[^\s]/g;
const HTTP_VERB = /^(get|put|post|delete|patch)$/;

/** Reads a file. What it does not know is passed over; nothing in it makes this throw. */
export function readProto(source: string): ProtoFile {
  const reader = new ProtoReader(tokensOf(source));
  return reader.file();
}

function tokensOf(source: string): ProtoToken[] {
  const tokens: ProtoToken[] = [];
  let line = 1;
  let lineStart = 0;
  for (const { 0: text, index } of source.matchAll(TOKEN)) {
    const isComment = text.startsWith('//') || text.startsWith('/*');
    const isString = text.length > 1 && /^["']/.test(text);
    if (text !== '\n' && !isComment && text !== '\uFEFF') {
      tokens.push({ text: isString ? text.slice(1, -1) : text, isString, line, column: index - lineStart + 1 });
    }
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
      line++;
      lineStart = index + at + 1;
    }
  }
  return tokens;
}

const NONE: ProtoToken = { text: '', isString: false, line: 1, column: 1 };

/** Blocks inside blocks that are read; what is deeper is no code of anybody, and would exhaust the stack of whoever visits it. */
const MAX_DEPTH = 100;

class ProtoReader {
  readonly #tokens: readonly ProtoToken[];
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly ProtoToken[]) {
    this.#tokens = tokens;
  }

  file(): ProtoFile {
    const file: ProtoFile = { package: '', csharpNamespace: '', services: [], messages: [] };
    while (this.#at < this.#tokens.length) {
      const { text } = this.#next();
      if (text === 'package') file.package = this.#next().text;
      else if (text === 'option' && this.#peek().text === 'csharp_namespace')
        file.csharpNamespace = this.#valueOfOption();
      else if (text === 'service') file.services.push(this.#service());
      else if (text === 'message') file.messages.push(this.#message());
      else if (text === '{') this.#skipBlock();
    }
    return file;
  }

  #peek(offset = 0): ProtoToken {
    return this.#tokens[this.#at + offset] ?? NONE;
  }

  #next(): ProtoToken {
    return this.#tokens[this.#at++] ?? NONE;
  }

  /** `csharp_namespace = "A.B"`, strings in a row being one. */
  #valueOfOption(): string {
    let value = '';
    while (this.#at < this.#tokens.length) {
      const token = this.#next();
      if (token.text === ';' && !token.isString) break;
      if (token.isString) value += token.text;
    }
    return value;
  }

  /** Passes over what follows an opening brace, with its closing one. */
  #skipBlock(): ProtoToken {
    for (let depth = 1; this.#at < this.#tokens.length;) {
      const token = this.#next();
      if (token.isString) continue;
      if (token.text === '{') depth++;
      else if (token.text === '}' && --depth === 0) return token;
    }
    return this.#tokens.at(-1) ?? NONE;
  }

  #skipStatement(): void {
    while (this.#at < this.#tokens.length) {
      const token = this.#next();
      if (token.isString) continue;
      if (token.text === ';') return;
      if (token.text === '{') this.#skipBlock();
      if (token.text === '}') {
        this.#at--;
        return;
      }
    }
  }

  #service(): ProtoService {
    const name = this.#next();
    const methods: ProtoMethod[] = [];
    this.#next();
    const end = this.#members((keyword) => {
      if (keyword.text === 'rpc') methods.push(this.#method());
      else this.#skipStatement();
    });
    return { name, end, methods };
  }

  /** Hands each member's first word to `read`; returns the closing brace. */
  #members(read: (keyword: ProtoToken) => void): ProtoToken {
    if (this.#depth >= MAX_DEPTH) return this.#skipBlock();
    this.#depth++;
    const end = this.#readMembers(read);
    this.#depth--;
    return end;
  }

  #readMembers(read: (keyword: ProtoToken) => void): ProtoToken {
    while (this.#at < this.#tokens.length) {
      const token = this.#next();
      if (token.text === '}') return token;
      if (token.text !== ';') read(token);
    }
    return this.#tokens.at(-1) ?? NONE;
  }

  #method(): ProtoMethod {
    const name = this.#next();
    const request = this.#messageInParentheses();
    this.#next();
    const response = this.#messageInParentheses();
    const method: ProtoMethod = {
      name,
      end: this.#peek(-1),
      request: request.type,
      requestStream: request.isStream,
      response: response.type,
      responseStream: response.isStream,
      http: undefined,
    };
    if (this.#peek().text !== '{') return method;
    const from = this.#at;
    this.#next();
    method.end = this.#skipBlock();
    method.http = httpRule(this.#tokens.slice(from, this.#at));
    return method;
  }

  /** `(stream Reply)`. */
  #messageInParentheses(): { type: string; isStream: boolean } {
    this.#next();
    const isStream = this.#peek().text === 'stream' && this.#peek(1).text !== ')';
    if (isStream) this.#next();
    const type = this.#next().text;
    this.#next();
    return { type, isStream };
  }

  #message(): ProtoMessage {
    const name = this.#next();
    const message: ProtoMessage = { name, end: name, fields: [], messages: [] };
    this.#next();
    message.end = this.#members((first) => this.#messageMember(first, message));
    return message;
  }

  #messageMember(first: ProtoToken, message: ProtoMessage): void {
    switch (first.text) {
      case 'message':
        message.messages.push(this.#message());
        return;
      case 'oneof':
        this.#at += 2;
        this.#members((inner) => this.#messageMember(inner, message));
        return;
      case 'map':
        this.#at += 3;
        this.#field(this.#next().text, 'map', message, 1);
        return;
      case 'repeated':
        this.#field(this.#next().text, 'repeated', message);
        return;
      case 'optional':
      case 'required':
        this.#field(this.#next().text, 'single', message);
        return;
      case 'enum':
      case 'extend':
      case 'extensions':
      case 'option':
      case 'reserved':
        this.#skipStatement();
        return;
      default:
        this.#field(first.text, 'single', message);
    }
  }

  #field(type: string, shape: ProtoField['shape'], message: ProtoMessage, signs = 0): void {
    this.#at += signs;
    const name = this.#peek();
    if (/^\w+$/.test(name.text) && this.#peek(1).text === '=') message.fields.push({ name, type, shape });
    this.#skipStatement();
  }
}

/** `option (google.api.http) = { get: "/v1/{name}" }`, also `option (google.api.http).get = "…"`. */
function httpRule(tokens: readonly ProtoToken[]): ProtoMethod['http'] {
  const from = tokens.findIndex(({ text }) => text === 'google.api.http');
  if (from < 0) return undefined;
  for (let at = from; at < tokens.length; at++) {
    const verb = (tokens[at]?.text ?? '').replace(/^\./, '');
    const route = tokens[at + 2];
    if (HTTP_VERB.test(verb) && route?.isString) return { verb: verb.toUpperCase(), route: route.text };
  }
  return undefined;
}
