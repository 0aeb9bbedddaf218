import axe from 'axe-core';
import type { Page } from 'playwright-core';

/** VS Code's names for its kinds of theme. */
export const THEMES = ['vscode-light', 'vscode-dark', 'vscode-high-contrast', 'vscode-high-contrast-light'] as const;

interface Violation {
  id: string;
  nodes: { html: string; failureSummary: string }[];
}

/** What axe objects to on a page, one line each. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations: found } = await page.evaluate<{ violations: Violation[] }>(
    `axe.run(document, { resultTypes: ['violations'] })`,
  );
  return found.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`));
}
