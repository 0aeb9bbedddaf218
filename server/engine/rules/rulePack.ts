import { type Static, Type } from 'typebox';
import { Confidence, OperationKind } from '#protocol/graph.ts';

/**
 * A type expression: `Name<Arg, …>`, a type parameter of the described type, `$0` (first type argument of the call),
 * `self` (the receiver's own type), `arg0` (the instance type of the first argument), `T[]`, `string`, `?`.
 */
const TypeExpression = Type.String({ minLength: 1 });

const MemberModel = Type.Union([
  TypeExpression,
  Type.Object(
    {
      returns: Type.Optional(TypeExpression),
      /** Types of the parameters of a lambda passed to the member. */
      callback: Type.Optional(Type.Array(TypeExpression)),
      /** The argument that is added to the route prefix of everything registered on the result. */
      prefix: Type.Optional(Type.Integer({ minimum: 0 })),
      /** The result is a value with an identity of its own, such as a router or an HTTP client instance. */
      creates: Type.Optional(Type.Boolean()),
      /** Functions given to the call run only when the result is used. */
      later: Type.Optional(Type.Boolean()),
    },
    { additionalProperties: false },
  ),
]);
export type MemberModel = Static<typeof MemberModel>;

/** What the linker must know of a library type to follow expressions through it. */
const TypeModel = Type.Object(
  {
    parameters: Type.Optional(Type.Array(Type.String())),
    extends: Type.Optional(Type.Array(TypeExpression)),
    members: Type.Optional(Type.Record(Type.String(), MemberModel)),
    /** Type of every member that is not listed. */
    otherMembers: Type.Optional(MemberModel),
    /** What calling a value of this type returns: functions and callable objects. */
    call: Type.Optional(MemberModel),
    /** Types of the parameters of a function literal declared to be of this type. */
    parametersOfFunction: Type.Optional(Type.Array(TypeExpression)),
    /** Type of an element by index or in a loop. */
    element: Type.Optional(TypeExpression),
    /** `await` and `Promise`/`Task` unwrapping give this. */
    awaited: Type.Optional(TypeExpression),
    /** Key of the constructor's options that is the route prefix of everything registered on the value. */
    prefix: Type.Optional(Type.String()),
    /** Values created by `new` have an identity of their own. */
    creates: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);
export type TypeModel = Static<typeof TypeModel>;

/**
 * Where a text of an operation comes from: `=text` as it stands, `argument.N` the value of an argument,
 * `argument.N.type` its type, `argument.N.key.K` the value of a property of an object argument, `argument.last`,
 * `argument.N.pattern` the name of a queue or message, also where that is an object,
 * `argument.N.returned` what a function literal in the argument returns, `argument.N.returned.key.K` a property of that,
 * `type_argument.N`, `receiver.T` a type parameter of the matched type as the receiver binds it,
 * `receiver.type`, `index` the value of an index expression, `origin.argument.N` an argument of the call that made the
 * receiver, `origin.name` the name of the member it was read from, `argument.N.new.M` what the object in an argument was
 * constructed with, `argument.N.set.Name` what its initialiser sets, `argument.N.name` the member it names (`FileMode.Create`), `chain` the
 * text a fluent chain begins with and the segments it appends, `receiver` the receiver's expression, `sql` the table a SQL argument names. Several are
 * tried in order.
 */
const ValueSource = Type.Union([Type.String(), Type.Array(Type.String())]);
export type ValueSource = Static<typeof ValueSource>;

const OperationRule = Type.Object(
  {
    id: Type.String({ pattern: '^[a-z0-9_]+$' }),
    kind: OperationKind,
    /** Receiver types: the call qualifies only when the receiver is known to be, or to derive from, one of them. */
    on: Type.Optional(Type.Array(Type.String())),
    /** Static members of these types. */
    static: Type.Optional(Type.Array(Type.String())),
    methods: Type.Optional(Type.Array(Type.String())),
    /** Functions called without a receiver, by full name: `#fetch`, `got#default`. */
    functions: Type.Optional(Type.Array(Type.String())),
    /** Any receiver qualifies in a C# file that imports this namespace: extension methods of every object. */
    imported: Type.Optional(Type.String()),
    /** Construction of these types. */
    new: Type.Optional(Type.Array(Type.String())),
    /** Reading or writing `receiver[index]` or a plain property of the receiver. */
    index: Type.Optional(Type.Enum(['read', 'write'])),
    target: Type.Optional(ValueSource),
    /** Options, given where the receiver was created, whose text is put before a relative URL. */
    base: Type.Optional(Type.Array(Type.String())),
    /** HTTP verb or another method name. */
    method: Type.Optional(ValueSource),
    /** Least and greatest number of arguments. */
    arguments: Type.Optional(Type.Tuple([Type.Integer(), Type.Integer()])),
    /** Further conditions: the text of a value source fits the regular expression. */
    where: Type.Optional(Type.Record(Type.String(), Type.String())),
    /** The argument that is the handler: an entry point's function. `argument.lambda` is the first lambda. */
    handler: Type.Optional(Type.String()),
    /** The first string argument must look like SQL of this verb group. */
    sql: Type.Optional(Type.Enum(['read', 'write'])),
    confidence: Type.Optional(Confidence),
    provider: Type.Optional(Type.String()),
  },
  { additionalProperties: false },
);
export type OperationRule = Static<typeof OperationRule>;

/** A call that hands its argument to the handler registered for the argument's type: in-process mediators. */
const DispatchRule = Type.Object(
  {
    id: Type.String(),
    on: Type.Array(Type.String()),
    methods: Type.Array(Type.String()),
    /** Index of the argument whose type decides. */
    argument: Type.Integer({ minimum: 0 }),
    /** Library interfaces whose first type argument is the handled type. */
    handlers: Type.Array(Type.String()),
    handlerMethod: Type.String(),
    /** Only one handler gets the argument: where there are several, which one is not known. */
    single: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);
export type DispatchRule = Static<typeof DispatchRule>;

/** A call that puts a router below a path of another router. */
const MountRule = Type.Object(
  {
    id: Type.String(),
    on: Type.Array(Type.String()),
    methods: Type.Array(Type.String()),
    path: Type.String(),
    router: Type.String(),
  },
  { additionalProperties: false },
);
export type MountRule = Static<typeof MountRule>;

/** A rule pack: everything Pinata knows of one framework, as data. One file a framework. */
export const RulePack = Type.Object(
  {
    id: Type.String({ pattern: '^[a-z0-9_]+$' }),
    language: Type.Enum(['csharp', 'typescript']),
    provider: Type.String(),
    types: Type.Optional(Type.Record(Type.String(), TypeModel)),
    operations: Type.Optional(Type.Array(OperationRule)),
    dispatch: Type.Optional(Type.Array(DispatchRule)),
    mounts: Type.Optional(Type.Array(MountRule)),
    /** Modules of component libraries: the events of their components come from the user. */
    ui_libraries: Type.Optional(Type.Array(Type.String())),
  },
  { additionalProperties: false, $id: 'RulePack' },
);
export type RulePack = Static<typeof RulePack>;
