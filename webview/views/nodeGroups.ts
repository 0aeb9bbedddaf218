import { html, nothing, type TemplateResult } from 'lit';
import type { GraphNode, NodeKind } from '#protocol/graph.ts';
import type { NodeGroup, NodeGroupDetail } from '#protocol/views.ts';
import type { Filter } from '../components/filterBar.ts';
import { count, counted } from '../components/format.ts';
import { empty, failed, icon, kindIcon, loading, nodeLink, section, workflowLink } from '../components/templates.ts';
import { lastName, nodeTitle, shortSymbol } from '../components/vocabulary.ts';
import { PagedList, Resource } from '../data/reading.ts';
import { isNodeGroup, isNodeGroupDetail } from '../data/viewsWire.ts';
import { ResultView } from './resultView.ts';

/** A part of a group: its kinds, the heading above them and what stands there when there are none. */
interface Part {
  kinds: readonly NodeKind[];
  title: string;
  none: string;
  /** Parts of a pair are shown together: one side missing is worth saying. Others only when they hold something. */
  pair?: boolean;
}

/** What a view of groups lists. */
interface GroupsOptions {
  /** Prefix of its view values; the value of that name holds the chosen group. */
  key: string;
  by: 'target' | 'component';
  label: string;
  one: string;
  many: string;
  parts: readonly Part[];
  /** Narrows the list to some of the kinds. */
  choices?: readonly { label: string; kinds: readonly NodeKind[] }[];
  hint: string;
}

/** Nodes put together by what they are about or where they stand: both sides of each, and the workflows through it. */
abstract class NodeGroupsView extends ResultView {
  protected abstract readonly options: GroupsOptions;
  readonly #list = new PagedList<NodeGroup>(this, isNodeGroup);
  readonly #group = new Resource<NodeGroupDetail>(this, isNodeGroupDetail);

  protected override willUpdate(): void {
    const { key, by } = this.options;
    const { host } = this.context;
    const kind = this.view[`${key}.kind`] ?? this.#kinds().join(',');
    this.#list.show(host, this.listPath('node-groups'), { by, kind, q: this.view[`${key}.text`] ?? '' });
    const chosen = this.#chosen();
    if (chosen === undefined) return;
    const search = new URLSearchParams({ by, kind: this.#kinds().join(','), key: chosen });
    this.#group.show(host, this.listPath(`node-group?${search}`));
  }

  #kinds(): readonly NodeKind[] {
    return this.options.parts.flatMap(({ kinds }) => kinds);
  }

  #chosen(): string | undefined {
    return this.view[this.options.key] ?? this.#list.items[0]?.key;
  }

  protected override render(): TemplateResult {
    const { key, label, one, many, hint } = this.options;
    const list = this.listPane({
      list: this.#list,
      label,
      one,
      many,
      search: `Search ${many}`,
      textKey: `${key}.text`,
      filters: this.#filters(),
      row: this.#row,
      marked: this.#chosen() ?? '',
      none: () => empty(`No ${many}`, [hint]),
    });
    if (this.#list.loaded && this.#list.items.length === 0 && !this.isFiltered([`${key}.text`, `${key}.kind`])) {
      return empty(`No ${many}`, [hint]);
    }
    return this.split(list, this.#detail(), this.view[key] !== undefined);
  }

  #filters(): Filter[] {
    const { key, choices, many } = this.options;
    if (!choices) return [];
    const all = { value: '', label: `All ${many}` };
    const some = choices.map(({ label, kinds }) => ({ value: kinds.join(','), label }));
    return [{ key: `${key}.kind`, label: 'Which', choices: [all, ...some] }];
  }

  readonly #row = (group: NodeGroup, index: number): TemplateResult => {
    const title = this.titleOf(group.key);
    return html`<div class="list-row" role="listitem">
      <button
        class="row-button two-line"
        type="button"
        data-row=${index}
        aria-current=${group.key === this.#chosen() ? 'true' : nothing}
        @click=${() => this.context.setView({ [this.options.key]: group.key })}
      >
        ${this.#icon(group)}
        <span class="row-title" title=${group.key}>${title}</span>
        <span class="row-note">${noteOf(group)}</span>
      </button>
    </div>`;
  };

  #icon(group: NodeGroup): TemplateResult {
    const kind = this.#kinds().find((each) => (group.counts[each] ?? 0) > 0);
    return kind ? kindIcon(kind) : icon('circle-small');
  }

  protected titleOf(key: string): string {
    return key;
  }

  /** What a node of a group is called: the function it stands in tells one use from another. */
  protected nameOf(node: GraphNode): string {
    return shortSymbol(node);
  }

  #detail(): TemplateResult | typeof nothing {
    if (this.#chosen() === undefined) return nothing;
    const group = this.#group;
    if (group.error !== null) return failed(group.error, () => group.retry());
    if (!group.value) return loading(`the ${this.options.one}`);
    const { key, nodes, nodes_total: total, workflows } = group.value;
    const { parts, many, key: viewKey } = this.options;
    const paired = parts.some((part) => part.pair === true && nodes.some((node) => part.kinds.includes(node.kind)));
    const links = workflows.map((workflow) => workflowLink(this.context, workflow));
    return html`${this.back(`All ${many}`, [viewKey])}
      <article class="detail" aria-label=${this.titleOf(key)} aria-busy=${group.outdated}>
        <header class="detail-head">
          <h2>${this.titleOf(key)}</h2>
          ${this.titleOf(key) === key ? nothing : html`<p class="detail-facts"><code>${key}</code></p>`}
        </header>
        ${parts.map(({ kinds, title, none, pair }) => {
          const own = nodes.filter((node) => kinds.includes(node.kind));
          if (own.length === 0 && !(pair === true && paired)) return nothing;
          return section(
            title,
            own.map((node) => nodeLink(this.context, node, this.nameOf(node))),
            none,
          );
        })}
        ${total > nodes.length ? html`<p class="muted">The first ${count(nodes.length)} of ${count(total)} places are listed.</p>` : nothing}
        ${section('Workflows', links, 'No workflow that reaches data starts or passes here.')}
      </article>`;
  }
}

/** One of each kind within a group. */
const WORDS: Readonly<Partial<Record<NodeKind, string>>> = {
  message_send: 'sender',
  message_receive: 'receiver',
  scheduled_task: 'scheduled task',
  file_write: 'writer',
  cache_write: 'writer',
  file_read: 'reader',
  cache_read: 'reader',
  ui_page: 'route',
  ui_action: 'action',
};

function noteOf(group: NodeGroup): string {
  const words: Readonly<Record<string, string | undefined>> = WORDS;
  const counts = Object.entries(group.counts)
    .filter(([kind]) => kind !== 'ui_page')
    .map(([kind, number]) => counted(number, words[kind] ?? kind));
  return [...(group.routes ?? []).map((route) => `at ${route}`), ...counts, ...group.providers].join(' · ');
}

/** What is sent, who receives it, and what runs by the clock. */
export class MessagesView extends NodeGroupsView {
  protected override readonly options: GroupsOptions = {
    key: 'message',
    by: 'target',
    label: 'Messages and schedules',
    one: 'message',
    many: 'messages',
    hint: 'No messages, queues, hubs or scheduled tasks were found in the scanned code.',
    choices: [
      { label: 'Sent', kinds: ['message_send'] },
      { label: 'Received', kinds: ['message_receive'] },
      { label: 'Scheduled tasks', kinds: ['scheduled_task'] },
    ],
    parts: [
      { kinds: ['message_send'], title: 'Sent by', none: 'Nothing in the scanned code sends it.', pair: true },
      {
        kinds: ['message_receive'],
        title: 'Received by',
        none: 'Nothing in the scanned code receives it.',
        pair: true,
      },
      { kinds: ['scheduled_task'], title: 'Run by the clock', none: 'It runs on no schedule.' },
    ],
  };
}

/** Files and caches, and who writes and reads each. */
export class StoresView extends NodeGroupsView {
  protected override readonly options: GroupsOptions = {
    key: 'store',
    by: 'target',
    label: 'Files and caches',
    one: 'file or cache',
    many: 'files and caches',
    hint: 'The scanned code reads and writes no files, caches or browser storage that Pinata knows.',
    choices: [
      { label: 'Files', kinds: ['file_write', 'file_read'] },
      { label: 'Caches and storage', kinds: ['cache_write', 'cache_read'] },
    ],
    parts: [
      {
        kinds: ['file_write', 'cache_write'],
        title: 'Written by',
        none: 'Nothing in the scanned code writes it.',
        pair: true,
      },
      {
        kinds: ['file_read', 'cache_read'],
        title: 'Read by',
        none: 'Nothing in the scanned code reads it.',
        pair: true,
      },
    ],
  };
}

/** Pages and components, what can be done on each, and what that leads to. */
export class PagesView extends NodeGroupsView {
  protected override readonly options: GroupsOptions = {
    key: 'component',
    by: 'component',
    label: 'Pages and components',
    one: 'page or component',
    many: 'pages and components',
    hint: 'No pages or components with actions were found in the scanned code.',
    choices: [{ label: 'Pages', kinds: ['ui_page'] }],
    parts: [
      { kinds: ['ui_page'], title: 'Reached at', none: 'No route leads here: other components show it.', pair: true },
      { kinds: ['ui_action'], title: 'Actions', none: 'Nothing on it can be pressed, typed or sent.', pair: true },
    ],
  };

  protected override titleOf(key: string): string {
    return lastName(key);
  }

  /** All stand in the same component: the action or the route tells them apart. */
  protected override nameOf(node: GraphNode): string {
    return node.kind === 'ui_page' ? nodeTitle(node) : node.name;
  }
}
