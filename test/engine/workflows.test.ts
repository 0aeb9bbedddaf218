import { describe, expect, it } from 'vitest';
import { scanFiles } from '../support/scanFiles.ts';

const SERVERS = `import express from 'express';
import fs from 'node:fs';
const a = express();
const b = express();
a.get('/x', (q, r) => { fs.writeFileSync('a.txt', ''); r.end(); });
b.get('/x', (q, r) => { fs.writeFileSync('b.txt', ''); r.end(); });
a.get('/y', (q, r) => { fs.writeFileSync('y.txt', ''); r.end(); });
`;
const client = (url: string) => `export function App() {
  const load = () => fetch('${url}');
  return <button onClick={load}>Load</button>;
}
`;

async function clickOn(url: string) {
  const result = await scanFiles({ 'server.ts': SERVERS, 'App.tsx': client(url) });
  const nodes = new Map(result.nodes.map((node) => [node.id, node]));
  const workflow = result.workflows.find((candidate) => nodes.get(candidate.entry)?.kind === 'ui_action');
  const targets = workflow?.steps.map((step) => nodes.get(step.node)).filter((node) => node?.kind === 'file_write');
  return { confidence: workflow?.confidence, files: targets?.map((node) => node?.target) };
}

describe('a workflow', () => {
  it('follows what is joined for sure', async () => {
    expect(await clickOn('/y')).toEqual({ confidence: 'certain', files: ['y.txt'] });
  });

  it('follows all of several equally good targets, and says that it is possible only', async () => {
    expect(await clickOn('/x')).toEqual({ confidence: 'possible', files: ['a.txt', 'b.txt'] });
  });

  it('ends at a page that is opened', async () => {
    const result = await scanFiles({
      'package.json': '{ "dependencies": { "next": "15" } }',
      'app/page.tsx': `import Link from 'next/link';
export default function Home() {
  localStorage.setItem('home', '1');
  return <Link href="/other">Other</Link>;
}
`,
      'app/other/page.tsx': `export default function Other() {
  localStorage.setItem('other', '1');
  return <p>Other</p>;
}
`,
    });
    const nodes = new Map(result.nodes.map((node) => [node.id, node]));
    const home = result.workflows.find((workflow) => nodes.get(workflow.entry)?.target === '/');
    const steps = home?.steps.map((step) => `${nodes.get(step.node)?.kind} ${nodes.get(step.node)?.target ?? ''}`);
    expect(steps).toEqual(['ui_page /', 'function ', 'cache_write home', 'ui_page /other']);
  });
});
