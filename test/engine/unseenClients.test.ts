import { describe, expect, it } from 'vitest';
import { edgesOf, operationsOf, scanFiles } from '../support/scanFiles.ts';

const CLIENT = `import { env } from './env';
function withTimeout(init: RequestInit, ms: number) {
  const controller = new AbortController();
  return { init: { ...init, signal: controller.signal }, done: () => {} };
}
export async function apiFetch<T>(path: string, init: RequestInit = {}): Promise<T> {
  const { headers, ...rest } = init;
  const url = path.startsWith('http') ? path : \`\${env.apiBase}\${path}\`;
  const timer = withTimeout({ ...rest, headers }, 1000);
  const response = await fetch(url, timer.init);
  return (await response.json()) as T;
}`;

const SERVER = `var app = WebApplication.CreateBuilder(args).Build();
var versions = app.NewApiVersionSet().HasApiVersion(new ApiVersion(1)).Build();
var group = app.MapGroup("api/v{version:apiVersion}").WithApiVersionSet(versions);
group.MapGet("/tickets", () => "");
group.MapPost("/tickets", (string title) => "");
group.MapGet("/tickets/{id:guid}", (Guid id) => "");`;

describe('wrappers that rearrange the options of fetch', () => {
  it('send the verb written in the call, below a base URL, to a versioned API', async () => {
    const result = await scanFiles({
      'client.ts': CLIENT,
      'env.ts': `export const env = { get apiBase() { return window.location.origin; } };`,
      'tickets.ts': `import { apiFetch } from './client';
const BASE = '/api/v1';
export const all = () => apiFetch(\`\${BASE}/tickets\`);
export const create = (title: string) => apiFetch(\`\${BASE}/tickets\`, { method: 'POST', body: title });
export const one = (id: string) => apiFetch(\`\${BASE}/tickets/\${id}\`, { headers: {} });
export const any = (init: RequestInit) => apiFetch(\`\${BASE}/tickets\`, init);`,
      'Program.cs': SERVER,
    });
    expect(operationsOf(result).filter((line) => !line.includes('client.ts'))).toEqual([
      'api_endpoint GET api/v1/tickets Program.cs:4',
      'api_endpoint POST api/v1/tickets Program.cs:5',
      'api_endpoint GET api/v1/tickets/{id} Program.cs:6',
      'api_call GET {apiBase}/api/v1/tickets tickets.ts:3',
      'api_call POST {apiBase}/api/v1/tickets tickets.ts:4',
      'api_call GET {apiBase}/api/v1/tickets/{id} tickets.ts:5',
      'api_call {apiBase}/api/v1/tickets tickets.ts:6',
    ]);
    expect(edgesOf(result, 'requests').sort()).toEqual([
      'tickets.ts:3 -> Program.cs:4 likely',
      'tickets.ts:4 -> Program.cs:5 likely',
      'tickets.ts:5 -> Program.cs:6 likely',
    ]);
  });

  it('say nothing of the verb where the options are typed but not seen', async () => {
    const result = await scanFiles({
      'a.ts': `export function send(init: RequestInit) { return fetch('/orders', init); }`,
      'Program.cs': `var app = WebApplication.CreateBuilder(args).Build();
app.MapGet("/orders", () => "");`,
    });
    expect(edgesOf(result, 'requests')).toEqual([]);
    expect(result.nodes.find((node) => node.kind === 'api_call')?.method).toBeUndefined();
  });
});

describe('versions in the routes of minimal APIs', () => {
  it('stay a parameter that takes any number where there are several', async () => {
    const result = await scanFiles({
      'Program.cs': `var app = WebApplication.CreateBuilder(args).Build();
var versions = app.NewApiVersionSet().HasApiVersion(1).HasApiVersion(2).Build();
app.MapGroup("api/v{version:apiVersion}").WithApiVersionSet(versions).MapGet("/orders", () => "");`,
      'a.ts': `export const two = () => fetch('/api/v2/orders');
export const none = () => fetch('/api/vegetables/orders');`,
    });
    expect(operationsOf(result)[0]).toBe('api_endpoint GET api/v{version}/orders Program.cs:3');
    expect(edgesOf(result, 'requests')).toEqual(['a.ts:1 -> Program.cs:3 certain']);
  });
});

describe('mediators and contexts of other libraries', () => {
  it('hand commands and queries to their handlers, which save through a context of the library', async () => {
    const result = await scanFiles({
      'Db.cs': `using Finbuckle.MultiTenant.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
namespace App;
public class Ticket { public int Id { get; set; } }
public abstract class BaseDbContext(IMultiTenantContextAccessor accessor) : MultiTenantDbContext(accessor) {
  public override async Task<int> SaveChangesAsync(CancellationToken token) { return await base.SaveChangesAsync(token); }
}
public class TicketsDbContext(IMultiTenantContextAccessor accessor) : BaseDbContext(accessor) {
  public DbSet<Ticket> Tickets => Set<Ticket>();
}`,
      'Create.cs': `using Mediator;
namespace App;
public record CreateTicket(string Title) : ICommand<int>;
public class CreateTicketHandler(TicketsDbContext db) : ICommandHandler<CreateTicket, int> {
  public async ValueTask<int> Handle(CreateTicket command, CancellationToken token) {
    db.Tickets.Add(new Ticket());
    await db.SaveChangesAsync(token);
    return 1;
  }
}`,
      'Program.cs': `using App;
var app = WebApplication.Create(args);
app.MapPost("/tickets", async (CreateTicket command, IMediator mediator) => await mediator.Send(command));`,
    });
    expect(operationsOf(result).filter((line) => line.includes('Create.cs'))).toEqual([
      'database_write Ticket Create.cs:6',
      'database_write SaveChangesAsync Create.cs:7',
    ]);
    expect(edgesOf(result, 'calls')).toContain('Program.cs:3 -> Create.cs:5 certain');
  });
});
