import { describe, expect, it } from 'vitest';
import { edgesOf, operationsOf, scanFiles } from '../support/scanFiles.ts';

const SERVICE = `import { Injectable, inject } from '@angular/core';
import { HttpClient } from '@angular/common/http';
import { environment } from './environment';
@Injectable({ providedIn: 'root' })
export class OrdersService {
  private http = inject(HttpClient);
  load(id: number) {
    return this.http.get<Order>(\`\${environment.apiUrl}/orders/\${id}\`);
  }
  remove(id: number) {
    return this.http.delete(environment.apiUrl + '/orders/' + id);
  }
}
interface Order { id: number }
`;

const PAGE = {
  'environment.ts': `export const environment = { apiUrl: '/api' };\n`,
  'orders.service.ts': SERVICE,
  'orders.component.ts': `import { Component } from '@angular/core';
import { OrdersService } from './orders.service';
@Component({ selector: 'app-orders', templateUrl: './orders.component.html' })
export class OrdersComponent {
  constructor(private readonly orders: OrdersService) {}
  show(id: number) { this.orders.load(id).subscribe(); }
  drop(id: number) { this.orders.remove(id).subscribe(); }
}
`,
  'orders.component.html': `<button (click)="show(1)">Show</button>
@if (open) {
  <app-row [(value)]="x" (removed)="drop(2)"></app-row>
}
<!-- <button (click)="show(3)"></button> -->
<input [(ngModel)]="name" onfocus="return false" />
`,
};

describe('an Angular template', () => {
  it('binds its events to the functions of the component class', async () => {
    const result = await scanFiles(PAGE);
    expect(operationsOf(result).filter((line) => line.startsWith('ui_action'))).toEqual([
      'ui_action show orders.component.html:1',
      'ui_action drop orders.component.html:3',
    ]);
    expect(edgesOf(result, 'handles')).toEqual(
      [
        'orders.component.html:1 -> orders.component.ts:6 certain',
        'orders.component.html:3 -> orders.component.ts:7 certain',
      ].sort(byText),
    );
  });

  it('binds an inline template at its own lines', async () => {
    const result = await scanFiles({
      'a.component.ts': `import { Component } from '@angular/core';
@Component({
  selector: 'app-a',
  template: \`
    <p>Hello</p>
    <button (click)="go()">Go</button>
  \`,
})
export class A {
  go() { localStorage.setItem('k', 'v'); }
}
`,
    });
    expect(operationsOf(result)).toEqual(['ui_action go a.component.ts:6', 'cache_write k a.component.ts:10']);
  });

  it('of another component with the same function names is kept apart', async () => {
    const component = (name: string): string => `import { Component } from '@angular/core';
@Component({ selector: 'app-${name}', templateUrl: './${name}.html' })
export class ${name.toUpperCase()} { save() { fetch('/${name}'); } }
`;
    const result = await scanFiles({
      'a.ts': component('a'),
      'a.html': '<b (click)="save()"></b>\n',
      'b.ts': component('b'),
      'b.html': '<b (click)="save()"></b>\n',
    });
    expect(edgesOf(result, 'handles').sort(byText)).toEqual([
      'a.html:1 -> a.ts:3 certain',
      'b.html:1 -> b.ts:3 certain',
    ]);
  });
});

describe('Angular HttpClient', () => {
  it('resolves injected clients and constants of the environment', async () => {
    const result = await scanFiles(PAGE);
    expect(operationsOf(result).filter((line) => line.startsWith('api_call'))).toEqual([
      'api_call GET /api/orders/{id} orders.service.ts:8',
      'api_call DELETE /api/orders/{id} orders.service.ts:11',
    ]);
  });

  it('is not mistaken for a Map or an own class named alike', async () => {
    const result = await scanFiles({
      'a.ts': `class HttpClient { get(url: string) { return url; } }
export class A {
  private cache = new Map<string, string>();
  constructor(private http: HttpClient) {}
  run() { this.cache.get('/orders'); this.http.get('/orders'); this.cache.delete('x'); }
}
`,
    });
    expect(operationsOf(result)).toEqual([]);
  });

  it('keeps an unknown verb unknown', async () => {
    const result = await scanFiles({
      'a.ts': `import { HttpClient } from '@angular/common/http';
export class A {
  constructor(private http: HttpClient) {}
  run(link: { method: string }) { return this.http.request(link.method, '/orders'); }
}
`,
    });
    expect(operationsOf(result)).toEqual(['api_call /orders a.ts:4']);
    expect(result.unresolved.map((entry) => entry.reason)).toEqual(['dynamic_url']);
  });

  it('follows a URL through a function with arguments', async () => {
    const result = await scanFiles({
      'a.ts': `import { HttpClient } from '@angular/common/http';
export class ApiUrl {
  constructor(private readonly host: string) {}
  build(path: string) { return \`\${this.host}/\${path}\`; }
}
export class A {
  constructor(private http: HttpClient, private url: ApiUrl) {}
  run(app: string) {
    const url = this.url.build(\`api/apps/\${app}/rules\`);
    return this.http.get(url);
  }
}
`,
    });
    expect(operationsOf(result)).toEqual(['api_call GET {host}/api/apps/{app}/rules a.ts:10']);
  });

  it('takes a field that is written later for no constant', async () => {
    const result = await scanFiles({
      'a.ts': `import { HttpClient } from '@angular/common/http';
export class A {
  private source = '';
  constructor(private http: HttpClient) {}
  init(url: string) { this.source = url; }
  run() { return this.http.get(this.source); }
}
`,
    });
    expect(operationsOf(result)).toEqual(['api_call GET {source} a.ts:6']);
  });
});

describe('Angular routes', () => {
  it('are joined over parents and lazily loaded children', async () => {
    const result = await scanFiles({
      'app.routes.ts': `import { Routes } from '@angular/router';
import { Home } from './home';
export const routes: Routes = [
  { path: '', component: Home },
  { path: 'admin', children: [
    { path: 'users', loadChildren: () => import('./users.routes').then((m) => m.USERS) },
  ] },
];
`,
      'users.routes.ts': `import { Routes } from '@angular/router';
export const USERS: Routes = [
  { path: ':id', loadComponent: () => import('./user').then((m) => m.User) },
];
`,
      'home.ts': `export class Home { ngOnInit() { fetch('/api/home'); } }\n`,
      'user.ts': `export class User { ngOnInit() { fetch('/api/user'); } }\n`,
    });
    expect(operationsOf(result).filter((line) => line.startsWith('ui_page'))).toEqual([
      'ui_page / app.routes.ts:4',
      'ui_page admin/users/:id users.routes.ts:3',
    ]);
    expect(result.workflows.map((workflow) => workflow.name)).toEqual(['Open page /', 'Open page admin/users/:id']);
  });
});

function byText(a: string, b: string): number {
  return a < b ? -1 : 1;
}
