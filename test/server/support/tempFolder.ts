import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A folder under the system's temporary folder, removed when it goes out of scope. */
export class TempFolder implements Disposable {
  readonly path = realpathSync(mkdtempSync(join(tmpdir(), 'pinata-test-')));

  /** Writes files by relative path. @returns the path of this folder */
  write(files: Record<string, string>): string {
    for (const [name, content] of Object.entries(files)) {
      const path = join(this.path, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
    }
    return this.path;
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

/** A small front end and API: a button that requests an endpoint that reads and writes a table. */
export const SHOP_FILES: Record<string, string> = {
  'web/orders.ts': `export async function loadOrders() { return fetch('/api/orders'); }
export async function placeOrder(order: unknown) {
  const password = 'hunter2hunter2';
  return fetch('/api/orders', { method: 'POST', body: JSON.stringify(order) });
}
`,
  'api/Order.cs': `namespace Shop;
public class Order { public int Id { get; set; } public string Name { get; set; } = ""; }
`,
  'api/ShopContext.cs': `using Microsoft.EntityFrameworkCore;
namespace Shop;
public class ShopContext : DbContext { public DbSet<Order> Orders { get; set; } = null!; }
`,
  'api/OrdersController.cs': `using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
namespace Shop;
[ApiController]
[Route("api/orders")]
public class OrdersController : ControllerBase
{
    private readonly ShopContext _context;
    public OrdersController(ShopContext context) { _context = context; }
    [HttpGet]
    public async Task<List<Order>> List() => await _context.Orders.ToListAsync();
    [HttpPost]
    public async Task<Order> Create(Order order)
    {
        _context.Orders.Add(order);
        await _context.SaveChangesAsync();
        return order;
    }
    [HttpDelete("{id}")]
    public async Task Remove(int id) => await _context.Orders.Where(order => order.Id == id).ExecuteDeleteAsync();
}
`,
};
