import { describe, expect, it } from 'vitest';
import { scanFiles } from '../support/scanFiles.ts';

describe('an operation that nothing follows', () => {
  it('says why', async () => {
    const result = await scanFiles({
      'store.ts': `import { Pool } from 'pg';
const pool = new Pool();
export async function load(text: string) {
  return pool.query(text);
}
export async function all() {
  return pool.query('SELECT * FROM orders');
}
`,
      'app.routes.ts': `import { Routes } from '@angular/router';
import { AboutComponent } from './about';
export const routes: Routes = [{ path: 'about', component: AboutComponent }];
`,
      'about.ts': `import { Component } from '@angular/core';
@Component({ selector: 'app-about', template: '<p>About</p>' })
export class AboutComponent {}
`,
    });
    const nodes = new Map(result.nodes.map((node) => [node.id, node]));
    const said = result.unresolved.map(({ node, reason }) => `${nodes.get(node)?.kind} ${reason}`);
    expect(said.sort()).toEqual(['ui_page no_handler_found']);
    const read = result.nodes.filter((node) => node.kind === 'database_read').map((node) => node.target);
    expect(read).toEqual(['orders']);
  });

  it('is explained once, where a query names no table', async () => {
    const result = await scanFiles({
      'exists.ts': `import { DataSource } from 'typeorm';
export async function exists(source: DataSource, entity: string) {
  return source.getRepository(entity).count();
}
`,
    });
    expect(result.unresolved.map(({ reason }) => reason)).toEqual(['unknown_table']);
  });
});
