import type { ScanResults } from '../scan/results.ts';
import { type NodeGrouping, TreeLists, type TreeWishes } from './treeLists.ts';
import type { TreeRow } from './treeRow.ts';

const MESSAGES: NodeGrouping = {
  label: 'Messages',
  icon: 'mail',
  kinds: ['message_send', 'message_receive'],
  by: 'target',
  view: { tab: 'messages', key: 'message' },
};
const FILES: NodeGrouping = {
  label: 'Files & Caches',
  icon: 'archive',
  kinds: ['file_read', 'file_write', 'cache_read', 'cache_write'],
  by: 'target',
  view: { tab: 'stores', key: 'store' },
};
const PAGES: NodeGrouping = {
  label: 'Pages',
  icon: 'browser',
  kinds: ['ui_page', 'ui_action'],
  by: 'component',
  view: { tab: 'pages', key: 'component' },
};

/** The top lines of the tree, with totals; a list without entries is left out. */
export async function topRows(results: ScanResults, scanId: string, wishes: TreeWishes): Promise<TreeRow[]> {
  const lists = new TreeLists(results, scanId, wishes);
  const rows = await Promise.all([
    lists.workflows(),
    lists.endpoints(),
    lists.tables(),
    lists.groups(MESSAGES),
    lists.groups(FILES),
    lists.groups(PAGES),
    lists.problems(),
  ]);
  return rows.filter((row) => row.total > 0);
}
