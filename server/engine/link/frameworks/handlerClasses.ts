import type { OperationKind } from '#protocol/graph.ts';
import type { DraftNode } from '../../graph/graphBuilder.ts';
import { Flag } from '../../lower/tree.ts';
import { attributeClass, attributesOf, attributesOfType, attributeText, findAttribute } from '../attributes.ts';
import type { Linker } from '../linker.ts';
import type { FunctionSymbol, TypeSymbol } from '../symbols.ts';
import { nameOf } from '../types.ts';
import type { Framework } from './framework.ts';
import { cronSchedules } from './quartz.ts';
import { isCSharp } from '../sourceFile.ts';

/** A library type whose implementations are called by its library. */
interface HandlerBase {
  method: string;
  kind: OperationKind;
  provider: string;
  /** The implementations are found by the message type that is the first type argument. */
  message?: true;
}

const BASES: Readonly<Record<string, HandlerBase>> = {
  BackgroundService: { method: 'ExecuteAsync', kind: 'scheduled_task', provider: '.NET hosting' },
  IHostedService: { method: 'StartAsync', kind: 'scheduled_task', provider: '.NET hosting' },
  IHostedLifecycleService: { method: 'StartAsync', kind: 'scheduled_task', provider: '.NET hosting' },
  IJob: { method: 'Execute', kind: 'scheduled_task', provider: 'Quartz' },
  IInvocable: { method: 'Invoke', kind: 'scheduled_task', provider: 'Coravel' },
  IConsumer: { method: 'Consume', kind: 'message_receive', provider: 'MassTransit', message: true },
  IHandleMessages: { method: 'Handle', kind: 'message_receive', provider: 'NServiceBus', message: true },
};
/** Triggers of Azure Functions, written on a parameter, with what names the source. */
const TRIGGERS: Readonly<Record<string, { kind: OperationKind; name: string; provider: string }>> = {
  TimerTrigger: { kind: 'scheduled_task', name: 'scheduleExpression', provider: 'Azure Functions' },
  ServiceBusTrigger: { kind: 'message_receive', name: 'queueName', provider: 'Azure Service Bus' },
  QueueTrigger: { kind: 'message_receive', name: 'queueName', provider: 'Azure Storage Queues' },
  RabbitMQTrigger: { kind: 'message_receive', name: 'queueName', provider: 'RabbitMQ' },
};
/** Subscriptions written on a method, with the position of the topic's name. */
const SUBSCRIPTIONS: Readonly<Record<string, { topic: number; name: string; provider: string }>> = {
  CapSubscribe: { topic: 0, name: 'name', provider: 'CAP' },
  Topic: { topic: 1, name: 'name', provider: 'Dapr' },
};
/** What SignalR itself calls on a hub. */
const HUB_EVENTS = /^(OnConnectedAsync|OnDisconnectedAsync|Dispose)$/;

/** Classes that a library calls because of what they derive from: background services, consumers, jobs, hubs. */
export const handlerClasses: Framework = {
  name: 'handlerClasses',
  link(linker) {
    const schedules = cronSchedules(linker);
    for (const type of linker.program.table.types) {
      const file = type.declarations[0]?.file;
      if (!file || !isCSharp(file) || type.isAbstract || file.generated) continue;
      linkBases(linker, type, schedules);
      linkTriggers(linker, type);
      linkSubscriptions(linker, type);
    }
  },
};

function linkBases(linker: Linker, type: TypeSymbol, schedules: ReadonlyMap<TypeSymbol, string>): void {
  const { program } = linker;
  if (program.bases(type).length === 0) return;
  const externals = program.externalLineage(program.selfType(type));
  const isBackground = externals.some(({ name }) => name === 'BackgroundService');
  for (const base of externals) {
    if (base.name === 'Hub') linkHub(linker, type);
    const handler = BASES[base.name];
    if (!handler || (isBackground && base.name !== 'BackgroundService')) continue;
    const message = handler.message ? base.args[0] : undefined;
    if (handler.message && message?.kind !== 'project') continue;
    const member = program.member(program.selfType(type), handler.method);
    if (member?.kind !== 'methods') continue;
    const fitting = message
      ? member.functions.filter((fn) => takesMessage(linker, fn, nameOf(message)))
      : member.functions.slice(0, 1);
    for (const fn of fitting.slice(0, 1)) {
      const node = addEntry(linker, fn, {
        ...handler,
        target: message ? nameOf(message) : (schedules.get(type) ?? schedule(linker, type)),
      });
      const declaration = message?.kind === 'project' ? message.symbol.declarations[0] : undefined;
      if (declaration) linker.facts.messageTypes.set(node, declaration);
    }
  }
}

/** `[DisallowConcurrentExecution]` and the like say nothing; Quartz.Extensions puts the cron text into an attribute. */
function schedule(linker: Linker, type: TypeSymbol): string | undefined {
  const attribute = findAttribute(attributesOfType(type), 'CronSchedule', 'Cron', 'CronJob');
  return attribute && attributeText(linker.texts, attribute, 0, 'cronExpression');
}

/** The first parameter is the message itself or wraps it: `Order`, `ConsumeContext<Order>`. */
function takesMessage(linker: Linker, fn: FunctionSymbol, message: string): boolean {
  const { tree } = fn.file;
  const reference = tree.child(tree.children(tree.child(fn.node, 1))[0] ?? 0, 0);
  const type = linker.program.typeFromReference({ file: fn.file, node: reference });
  return nameOf(type) === message || (type.kind === 'external' && type.args.some((arg) => nameOf(arg) === message));
}

/** The public methods of a hub are called by its clients. */
function linkHub(linker: Linker, type: TypeSymbol): void {
  for (const fn of hubMethods(type))
    addEntry(linker, fn, { kind: 'message_receive', provider: 'SignalR', target: fn.name });
}

export function hubMethods(type: TypeSymbol): FunctionSymbol[] {
  return [...type.methods.values()]
    .flat()
    .filter(
      (fn) =>
        !fn.isStatic &&
        fn.file.tree.has(fn.node, Flag.Exported) &&
        !fn.file.tree.has(fn.node, Flag.Override) &&
        !HUB_EVENTS.test(fn.name),
    );
}

function linkTriggers(linker: Linker, type: TypeSymbol): void {
  for (const fn of [...type.methods.values()].flat()) {
    const { tree } = fn.file;
    for (const parameter of tree.children(tree.child(fn.node, 1))) {
      for (const attribute of attributesOf({ file: fn.file, node: parameter })) {
        const trigger = TRIGGERS[attribute.name];
        if (trigger)
          addEntry(linker, fn, { ...trigger, target: attributeText(linker.texts, attribute, 0, trigger.name) });
      }
    }
  }
}

/** `[CapSubscribe("orders.placed")]`, `[Topic("pubsub", "orders")]`. */
function linkSubscriptions(linker: Linker, type: TypeSymbol): void {
  for (const fn of [...type.methods.values()].flat()) {
    for (const attribute of attributesOf(fn)) {
      const subscription = Object.hasOwn(SUBSCRIPTIONS, attribute.name) ? SUBSCRIPTIONS[attribute.name] : undefined;
      if (!subscription || attributeClass(linker.program, attribute)) continue;
      const target = attributeText(linker.texts, attribute, subscription.topic, subscription.name);
      if (target !== undefined)
        addEntry(linker, fn, { kind: 'message_receive', provider: subscription.provider, target });
    }
  }
}

/** The entry point spans from the method's name to the end of its parameter list. */
function addEntry(
  linker: Linker,
  fn: FunctionSymbol,
  entry: { kind: OperationKind; provider: string; target: string | undefined },
): DraftNode {
  const { graph } = linker;
  const { tree } = fn.file;
  const rule = `handler_class.${entry.kind}`;
  const node = graph.operation({
    kind: entry.kind,
    at: { file: fn.file, node: fn.node },
    start: tree.start(fn.nameNode),
    end: tree.end(tree.child(fn.node, 1)),
    name: `${fn.owner?.name ?? ''}.${fn.name}`,
    target: entry.target,
    provider: entry.provider,
    rule,
    within: fn,
  });
  graph.edge({ source: node, target: graph.function(fn), kind: 'handles', rule, confidence: 'certain' });
  return node;
}
