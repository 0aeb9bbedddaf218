import type { GraphNode } from '#protocol/graph.ts';

const MAX_SENTENCES = 12;

/** `removeFromCart` becomes "remove from cart". */
export function plainWords(name: string): string {
  return name
    .replace(/^(on|handle)(?=[A-Z])/, '')
    .replace(/Async$/, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/[_-]+/g, ' ')
    .toLowerCase()
    .trim();
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The component, page or file a node of the user interface belongs to, in plain words. */
function placeOf(node: GraphNode): string {
  const file = node.file
    .slice(node.file.lastIndexOf('/') + 1)
    .replace(/\.(component|page|razor|xaml|html|tsx?|jsx?|cs|js).*$/, '');
  return plainWords(file);
}

/** A workflow's name in plain words. */
export function workflowName(entry: GraphNode, steps: readonly GraphNode[]): string {
  switch (entry.kind) {
    case 'ui_action': {
      const handler =
        entry.target === 'inline'
          ? steps
              .find((step) => step.kind === 'function' && step.name !== 'inline')
              ?.name.split('.')
              .pop()
          : entry.target;
      return capitalised(`${plainWords(handler ?? 'action')} on ${placeOf(entry)}`);
    }
    case 'ui_page':
      return `Open page ${entry.target ?? entry.name}`;
    case 'api_endpoint':
      return `${entry.method ?? ''} /${entry.target ?? ''}`.trim();
    case 'message_receive':
      return `On message ${entry.target ?? entry.name}`;
    default:
      return `Scheduled: ${plainWords(entry.target ?? entry.name)}`;
  }
}

/** What a workflow does, told from its steps alone. */
export function workflowStory(
  entry: GraphNode,
  steps: readonly GraphNode[],
  tables: { reads: string[]; writes: string[] },
): string {
  const sentences = [opening(entry)];
  for (const step of steps) {
    const sentence = sentenceOf(step);
    if (sentence !== undefined && sentences.at(-1) !== sentence) sentences.push(sentence);
  }
  const told = sentences.slice(0, MAX_SENTENCES);
  if (sentences.length > told.length) told.push(`${sentences.length - told.length} further steps follow.`);
  if (tables.reads.length > 0) told.push(`It reads ${list(tables.reads)}.`);
  if (tables.writes.length > 0) told.push(`It writes ${list(tables.writes)}.`);
  return told.join(' ');
}

function opening(entry: GraphNode): string {
  switch (entry.kind) {
    case 'ui_action':
      return `The user triggers “${plainWords(entry.target ?? entry.name)}” on ${placeOf(entry)}.`;
    case 'ui_page':
      return `The user opens ${entry.target ?? entry.name}.`;
    case 'api_endpoint':
      return `A client calls ${entry.method ?? ''} /${entry.target ?? ''}.`;
    case 'message_receive':
      return `A message arrives on ${entry.target ?? entry.name}.`;
    default:
      return `The task ${entry.target ?? entry.name} starts on its schedule.`;
  }
}

function sentenceOf(step: GraphNode): string | undefined {
  switch (step.kind) {
    case 'api_call':
      return `It sends ${step.method ?? 'a request'} ${step.target ?? ''}.`.replace(' .', '.');
    case 'api_endpoint':
      return `The server answers ${step.method ?? ''} /${step.target ?? ''}.`;
    case 'message_send':
      return `It sends the message ${step.target ?? ''}.`.replace(' .', '.');
    case 'message_receive':
      return `The message ${step.target ?? ''} is received.`.replace('  ', ' ');
    case 'file_read':
    case 'file_write':
      return `It ${step.kind === 'file_read' ? 'reads' : 'writes'} the file ${step.target ?? ''}.`.replace(' .', '.');
    case 'cache_read':
    case 'cache_write':
      return `It ${step.kind === 'cache_read' ? 'looks up' : 'stores'} ${step.target ?? 'a value'} in ${step.provider ?? 'the cache'}.`;
    default:
      return undefined;
  }
}

function list(names: readonly string[]): string {
  return names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
