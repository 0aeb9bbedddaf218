import {
  type ProtoField,
  type ProtoMessage,
  type ProtoMethod,
  type ProtoService,
  type ProtoToken,
  readProto,
} from './protoSyntax.ts';
import { Flag, Kind, packPosition, type TreeBuilder } from './tree.ts';

const CLASS = Flag.Class | Flag.Exported | Flag.Partial;
const SCALARS: Readonly<Record<string, string>> = { string: 'string', bytes: 'ByteString', bool: 'bool' };

/**
 * Lowers a Protocol Buffers file to the C# declarations that the gRPC generator makes of it: `Greeter.GreeterBase`,
 * which services derive from, `Greeter.GreeterClient`, and the messages. What is generated at build time is in no
 * file; with these declarations names and types resolve as the compiler does it.
 * https://protobuf.dev/reference/csharp/csharp-generated/, https://learn.microsoft.com/aspnet/core/grpc/basics
 * @returns the id of the File node
 */
export function lowerProto(source: string, builder: TreeBuilder): number {
  const file = readProto(source);
  const lowering = new ProtoLowering(builder, file.package, declaredNames(file.messages, '', ''));
  const types = [
    ...file.services.map((service) => lowering.service(service)),
    ...file.messages.map((message) => lowering.message(message)),
  ];
  const end = packPosition(source.split('\n').length, 1);
  const start = packPosition(1, 1);
  const namespace = file.csharpNamespace || file.package.split('.').map(pascalCase).join('.');
  const children = namespace === '' ? types : [builder.node(Kind.Namespace, 0, start, end, namespace, types)];
  return builder.node(Kind.File, 0, start, end, '', children);
}

/** `order_id` is `OrderId` in C#. */
function pascalCase(name: string): string {
  return name.replace(/(?:^|_+)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()).replace(/_/g, '');
}

/** The C# names of a file's messages by their names in the file: nested ones are in a class `Types`. */
function declaredNames(messages: readonly ProtoMessage[], path: string, csharp: string): Map<string, string> {
  const names = new Map<string, string>();
  for (const message of messages) {
    const name = message.name.text;
    names.set(`${path}${name}`, `${csharp}${name}`);
    for (const [inner, known] of declaredNames(message.messages, `${path}${name}.`, `${csharp}${name}.Types.`)) {
      names.set(inner, known);
    }
  }
  return names;
}

class ProtoLowering {
  readonly #builder: TreeBuilder;
  readonly #package: string;
  readonly #names: ReadonlyMap<string, string>;

  constructor(builder: TreeBuilder, packageName: string, names: ReadonlyMap<string, string>) {
    this.#builder = builder;
    this.#package = packageName;
    this.#names = names;
  }

  service({ name, end, methods }: ProtoService): number {
    const fullName = this.#package === '' ? name.text : `${this.#package}.${name.text}`;
    const base = this.#type(
      name,
      end,
      `${name.text}Base`,
      Flag.Abstract,
      [],
      methods.map((method) => this.#served(method)),
    );
    const clientMethods = methods.flatMap((method) => this.#called(method));
    const client = this.#type(name, end, `${name.text}Client`, 0, [], clientMethods);
    const attribute = this.#node(Kind.Attribute, name, 'GrpcService', [this.#text(name, fullName)]);
    return this.#type(name, end, name.text, Flag.Static | Flag.Abstract, [attribute], [base, client]);
  }

  message({ name, end, fields, messages }: ProtoMessage): number {
    const inner = messages.map((nested) => this.message(nested));
    const types = inner.length === 0 ? [] : [this.#type(name, end, 'Types', Flag.Static | Flag.Abstract, [], inner)];
    return this.#type(name, end, name.text, 0, [], [...fields.map((field) => this.#property(field)), ...types]);
  }

  /** The method of the base class that a service overrides. */
  #served(method: ProtoMethod): number {
    const { name } = method;
    const [request, response] = [this.#reference(name, method.request), this.#reference(name, method.response)];
    const input = method.requestStream ? this.#generic(name, 'IAsyncStreamReader', request) : request;
    const parameters = [this.#parameter(name, method.requestStream ? 'requestStream' : 'request', input)];
    if (method.responseStream)
      parameters.push(this.#parameter(name, 'responseStream', this.#generic(name, 'IServerStreamWriter', response)));
    parameters.push(this.#parameter(name, 'context', this.#generic(name, 'ServerCallContext')));
    const returned = method.responseStream ? this.#generic(name, 'Task') : this.#generic(name, 'Task', response);
    return this.#function(method, name.text, { parameters, returned, attributes: this.#httpRule(method) });
  }

  /** The methods of the client: one that waits and one that does not, or the one that opens a stream. */
  #called(method: ProtoMethod): number[] {
    const { name } = method;
    const request = (): number => this.#reference(name, method.request);
    const response = (): number => this.#reference(name, method.response);
    const make = (methodName: string, returned: number): number => {
      const optional = ['headers', 'deadline', 'cancellationToken'].map((each) => this.#parameter(name, each, 0, true));
      const first = method.requestStream ? [] : [this.#parameter(name, 'request', request())];
      return this.#function(method, methodName, { parameters: [...first, ...optional], returned, attributes: [] });
    };
    if (method.requestStream) {
      const call = method.responseStream ? 'AsyncDuplexStreamingCall' : 'AsyncClientStreamingCall';
      return [make(name.text, this.#generic(name, call, request(), response()))];
    }
    if (method.responseStream) return [make(name.text, this.#generic(name, 'AsyncServerStreamingCall', response()))];
    return [make(name.text, response()), make(`${name.text}Async`, this.#generic(name, 'AsyncUnaryCall', response()))];
  }

  #httpRule({ name, http }: ProtoMethod): number[] {
    if (!http) return [];
    return [this.#node(Kind.Attribute, name, 'HttpRule', [this.#text(name, http.verb), this.#text(name, http.route)])];
  }

  #property({ name, type, shape }: ProtoField): number {
    const value = this.#reference(name, type);
    const typed = {
      single: () => value,
      repeated: () => this.#generic(name, 'RepeatedField', value),
      map: () => this.#generic(name, 'MapField', this.#generic(name, 'string'), value),
    }[shape]();
    const property = pascalCase(name.text);
    const flags = Flag.Exported | Flag.Property;
    const children = [this.#node(Kind.Identifier, name, property), typed, 0, this.#list(name), this.#list(name)];
    return this.#builder.node(Kind.Field, flags, startOf(name), endOf(name), property, children);
  }

  /** A written type as C# names it: by its path in this file, by its last part where it is declared elsewhere. */
  #reference(at: ProtoToken, written: string): number {
    const scalar = SCALARS[written];
    if (scalar !== undefined) return this.#generic(at, scalar);
    const absolute = written.replace(/^\./, '');
    const own = this.#package !== '' && absolute.startsWith(`${this.#package}.`);
    const path = own ? absolute.slice(this.#package.length + 1) : absolute;
    const inFile = this.#names.get(path) ?? this.#nestedName(path);
    return this.#generic(at, inFile ?? absolute.slice(absolute.lastIndexOf('.') + 1));
  }

  /** A nested message may be named from inside without its path. */
  #nestedName(path: string): string | undefined {
    const found = [...this.#names].filter(([name]) => name.endsWith(`.${path}`));
    return found.length === 1 ? found[0]?.[1] : undefined;
  }

  #type(at: ProtoToken, end: ProtoToken, name: string, flags: number, attributes: number[], members: number[]): number {
    return this.#builder.node(Kind.Type, CLASS | flags, startOf(at), endOf(end), name, [
      this.#node(Kind.Identifier, at, name),
      this.#list(at),
      this.#list(at),
      this.#list(at, attributes),
      this.#list(at, members),
      0,
    ]);
  }

  #function(
    { name, end }: ProtoMethod,
    methodName: string,
    { parameters, returned, attributes }: { parameters: number[]; returned: number; attributes: number[] },
  ): number {
    return this.#builder.node(Kind.Function, Flag.Exported | Flag.Abstract, startOf(name), endOf(end), methodName, [
      this.#node(Kind.Identifier, name, methodName),
      this.#list(name, parameters),
      returned,
      0,
      this.#list(name, attributes),
      this.#list(name),
    ]);
  }

  #parameter(at: ProtoToken, name: string, type: number, optional = false): number {
    const flags = optional ? Flag.Optional : 0;
    return this.#builder.node(Kind.Param, flags, startOf(at), endOf(at), name, [type, 0, this.#list(at)]);
  }

  #generic(at: ProtoToken, name: string, ...args: number[]): number {
    return this.#node(Kind.TypeRef, at, name, args);
  }

  #text(at: ProtoToken, text: string): number {
    return this.#node(Kind.String, at, text);
  }

  #list(at: ProtoToken, children: number[] = []): number {
    return this.#node(Kind.List, at, '', children);
  }

  #node(kind: Kind, at: ProtoToken, text: string, children: number[] = []): number {
    return this.#builder.node(kind, 0, startOf(at), endOf(at), text, children);
  }
}

function startOf({ line, column }: ProtoToken): number {
  return packPosition(line, column);
}

function endOf({ line, column, text }: ProtoToken): number {
  return packPosition(line, column + text.length);
}
