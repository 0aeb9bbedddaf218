import { App } from './app.ts';
import { registerControls } from './components/controls.ts';
import { FilterBar } from './components/filterBar.ts';
import { SnippetHover } from './components/snippetHover.ts';
import { VirtualList } from './components/virtualList.ts';
import { BrowserHost } from './host/browserHost.ts';
import { ThemeChoice } from './host/theme.ts';
import { VsCodeHost } from './host/vscodeHost.ts';
import { DiagramView } from './diagram/diagramView.ts';
import { NavView } from './nav.ts';
import { ComparisonView } from './views/comparison.ts';
import { EndpointsView } from './views/endpoints.ts';
import { ExportsView } from './views/exports.ts';
import { FilesView } from './views/files.ts';
import { HistoryView } from './views/history.ts';
import { MessagesView, PagesView, StoresView } from './views/nodeGroups.ts';
import { OperationsView } from './views/operations.ts';
import { OverviewView } from './views/overview.ts';
import { ProgressView } from './views/progress.ts';
import { ProofView } from './views/proof.ts';
import { RepositoriesView } from './views/repositories.ts';
import { SourcePreview } from './views/sourcePreview.ts';
import { TablesView } from './views/tables.ts';
import { UnresolvedView } from './views/unresolved.ts';
import { VerdictView } from './views/verdict.ts';
import { WorkflowDetailView } from './views/workflowDetail.ts';
import { WorkflowsView } from './views/workflows.ts';

function defineElements(): void {
  customElements.define('pinata-app', App);
  customElements.define('pinata-comparison', ComparisonView);
  customElements.define('pinata-diagram', DiagramView);
  customElements.define('pinata-endpoints', EndpointsView);
  customElements.define('pinata-exports', ExportsView);
  customElements.define('pinata-files', FilesView);
  customElements.define('pinata-filter-bar', FilterBar);
  customElements.define('pinata-history', HistoryView);
  customElements.define('pinata-messages', MessagesView);
  customElements.define('pinata-nav', NavView);
  customElements.define('pinata-operations', OperationsView);
  customElements.define('pinata-overview', OverviewView);
  customElements.define('pinata-pages', PagesView);
  customElements.define('pinata-progress', ProgressView);
  customElements.define('pinata-proof', ProofView);
  customElements.define('pinata-repositories', RepositoriesView);
  customElements.define('pinata-snippet-hover', SnippetHover);
  customElements.define('pinata-source-preview', SourcePreview);
  customElements.define('pinata-stores', StoresView);
  customElements.define('pinata-tables', TablesView);
  customElements.define('pinata-unresolved', UnresolvedView);
  customElements.define('pinata-verdict', VerdictView);
  customElements.define('pinata-virtual-list', VirtualList);
  customElements.define('pinata-workflow', WorkflowDetailView);
  customElements.define('pinata-workflows', WorkflowsView);
}

/** Starts the app in the body: in VS Code on messages, in a browser on the server itself. */
function start(): void {
  registerControls();
  defineElements();
  const inVsCode = globalThis.acquireVsCodeApi;
  const app = inVsCode ? new App(new VsCodeHost(inVsCode()), null) : new App(new BrowserHost(), new ThemeChoice());
  document.body.append(app);
}

if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', start, { once: true });
else start();
