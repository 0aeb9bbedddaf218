import type { OperationKind } from '#protocol/graph.ts';
import { type Decorator, decoratorArgument, decoratorsOn, decoratorsOnType, propertyIn } from '../decorators.ts';
import type { Linker } from '../linker.ts';
import { messageText } from '../messageText.ts';
import type { Location } from '../sourceFile.ts';
import type { FunctionSymbol, TypeSymbol } from '../symbols.ts';
import { pathOf } from '../paths.ts';

const PARAMETERS = 1;

/** A method decorator that makes the method an entry point. */
interface ListenerRule {
  modules: readonly string[];
  name: string;
  kind: OperationKind;
  provider: string;
  /** Keys of an options object that name what is listened to, tried in order; the first argument otherwise. */
  keys?: readonly string[];
}

const BULL = ['@nestjs/bull', '@nestjs/bullmq', 'nest-bull'];
const LISTENERS: readonly ListenerRule[] = [
  ...['Cron', 'Interval', 'Timeout'].map((name) => ({
    modules: ['@nestjs/schedule', 'nest-schedule'],
    name,
    kind: 'scheduled_task' as const,
    provider: 'NestJS Schedule',
  })),
  ...['MessagePattern', 'EventPattern'].map((name) => ({
    modules: ['@nestjs/microservices'],
    name,
    kind: 'message_receive' as const,
    provider: 'NestJS microservices',
  })),
  ...['GrpcMethod', 'GrpcStreamMethod', 'GrpcStreamCall'].map((name) => ({
    modules: ['@nestjs/microservices'],
    name,
    kind: 'api_endpoint' as const,
    provider: 'gRPC',
  })),
  { modules: ['@nestjs/websockets'], name: 'SubscribeMessage', kind: 'message_receive', provider: 'socket.io' },
  ...['RabbitSubscribe', 'RabbitRPC'].map((name) => ({
    modules: ['@golevelup/nestjs-rabbitmq'],
    name,
    kind: 'message_receive' as const,
    provider: 'RabbitMQ',
    keys: ['routingKey', 'queue', 'exchange'],
  })),
  { modules: ['@ssut/nestjs-sqs'], name: 'SqsMessageHandler', kind: 'message_receive', provider: 'SQS' },
];

/** Finds methods that Nest calls for a schedule, a message or a job of a queue. */
export function findNestListeners(linker: Linker): void {
  for (const type of linker.program.table.types) {
    for (const method of [...type.methods.values()].flat()) {
      for (const decorator of decoratorsOn(linker.program, method)) visitDecorator(linker, method, decorator);
    }
    visitProcessor(linker, type);
  }
}

function visitDecorator(linker: Linker, method: FunctionSymbol, decorator: Decorator): void {
  const rule = LISTENERS.find(({ modules, name }) => name === decorator.name && modules.includes(decorator.module));
  if (!rule) return;
  add(linker, method, decorator, {
    kind: rule.kind,
    provider: rule.provider,
    target: targetOf(linker, rule, decorator, method),
  });
}

/** `@GrpcMethod('Users', 'FindOne')`: the service and the method; the class and method are called so where it says none. */
function grpcTarget({ texts }: Linker, decorator: Decorator, method: FunctionSymbol): string {
  const [service, name] = [0, 1].map((index) => texts.exactText(decoratorArgument(decorator, index)));
  const capitalised = method.name.charAt(0).toUpperCase() + method.name.slice(1);
  return `${service ?? method.owner?.name ?? ''}/${name ?? capitalised}`;
}

function targetOf(
  linker: Linker,
  rule: ListenerRule,
  decorator: Decorator,
  method: FunctionSymbol,
): string | undefined {
  const { expressions, texts } = linker;
  const first = decoratorArgument(decorator, 0);
  if (rule.kind === 'api_endpoint') return grpcTarget(linker, decorator, method);
  for (const key of rule.keys ?? []) {
    const named = messageText(linker, propertyIn(expressions, first, key));
    if (named !== undefined) return named;
  }
  if (rule.kind !== 'scheduled_task') return messageText(linker, first);
  // `@Interval('name', 5000)`: the schedule is the number.
  const second = decoratorArgument(decorator, 1);
  const isNamed = decorator.name !== 'Cron' && expressions.typeOf(first).kind === 'string';
  const schedule = isNamed ? second : first;
  return texts.valuesOf(schedule)[0]?.text ?? pathOf(schedule);
}

/** A class for one queue: its `@Process` methods, or its `process` method, take the jobs. */
function visitProcessor(linker: Linker, type: TypeSymbol): void {
  const processor = decoratorsOnType(linker.program, type).find(
    ({ module, name }) => name === 'Processor' && BULL.includes(module),
  );
  if (!processor) return;
  const argument = decoratorArgument(processor, 0);
  const named = propertyIn(linker.expressions, argument, 'name');
  const target = messageText(linker, named.node === 0 ? argument : named);
  for (const method of [...type.methods.values()].flat()) {
    const process = decoratorsOn(linker.program, method).find(
      ({ module, name }) => name === 'Process' && BULL.includes(module),
    );
    if (process)
      add(linker, method, process, {
        kind: 'message_receive',
        provider: 'BullMQ',
        target,
        job: jobOf(linker, process),
      });
    else if (method.name === 'process' && processor.module === '@nestjs/bullmq') {
      add(linker, method, undefined, { kind: 'message_receive', provider: 'BullMQ', target });
    }
  }
}

function jobOf(linker: Linker, process: Decorator): string | undefined {
  const argument = decoratorArgument(process, 0);
  const named = propertyIn(linker.expressions, argument, 'name');
  return linker.texts.exactText(named.node === 0 ? argument : named);
}

/** Spans from the decorator, or the method's name, to the end of the parameter list. */
function add(
  linker: Linker,
  method: FunctionSymbol,
  decorator: Decorator | undefined,
  listener: { kind: OperationKind; provider: string; target: string | undefined; job?: string | undefined },
): void {
  const { tree } = method.file;
  const at: Location = method;
  const node = linker.graph.operation({
    kind: listener.kind,
    at,
    start: tree.start(decorator ? decorator.at.node : method.nameNode),
    end: tree.end(tree.child(method.node, PARAMETERS)),
    target: listener.target,
    name: listener.job === undefined ? (listener.target ?? method.name) : `${listener.target ?? ''} ${listener.job}`,
    provider: listener.provider,
    rule: listener.kind === 'scheduled_task' ? 'nestjs.schedule' : 'nestjs.listener',
    within: method,
  });
  if (listener.job !== undefined) node.method = listener.job;
  linker.graph.edge({
    source: node,
    target: linker.graph.function(method),
    kind: 'handles',
    rule: node.rule,
    confidence: 'certain',
  });
}
