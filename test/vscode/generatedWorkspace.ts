import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Writes a shop of `features` features into a folder, three files each: an Angular component with its template, and an
 * ASP.NET Core controller that saves to a table through EF Core.
 */
export async function generateWorkspace(folder: string, features: number): Promise<void> {
  await mkdir(join(folder, 'web'), { recursive: true });
  await mkdir(join(folder, 'api', 'Controllers'), { recursive: true });
  const numbers = Array.from({ length: features }, (_, index) => index + 1);
  await writeFile(join(folder, 'api', 'ShopContext.cs'), context(numbers));
  for (const number of numbers) {
    await Promise.all([
      writeFile(join(folder, 'web', `item${number}.component.ts`), component(number)),
      writeFile(join(folder, 'web', `item${number}.component.html`), template(number)),
      writeFile(join(folder, 'api', 'Controllers', `Item${number}Controller.cs`), controller(number)),
    ]);
  }
}

function context(numbers: number[]): string {
  const sets = numbers.map((number) => `    public DbSet<Item${number}> Item${number}s { get; set; }`);
  return `using Microsoft.EntityFrameworkCore;
namespace Shop;
public class ShopContext : DbContext
{
${sets.join('\n')}
}
`;
}

function component(number: number): string {
  return `import { HttpClient } from '@angular/common/http';
import { Component, inject } from '@angular/core';

@Component({ selector: 'shop-item${number}', templateUrl: './item${number}.component.html' })
export class Item${number}Component {
  private readonly http = inject(HttpClient);
  save(): void {
    this.http.post('/api/item${number}', { name: 'item' }).subscribe();
  }
}
`;
}

function template(number: number): string {
  return `<section>\n  <h2>Item ${number}</h2>\n  <button (click)="save()">Save</button>\n</section>\n`;
}

function controller(number: number): string {
  return `using Microsoft.AspNetCore.Mvc;
namespace Shop.Controllers;
public class Item${number}
{
    public int Id { get; set; }
    public string Name { get; set; }
}
[ApiController]
[Route("api/item${number}")]
public class Item${number}Controller : ControllerBase
{
    private readonly ShopContext context;
    public Item${number}Controller(ShopContext context)
    {
        this.context = context;
    }
    [HttpPost]
    public async Task<IActionResult> Save(Item${number} item)
    {
        context.Item${number}s.Add(item);
        await context.SaveChangesAsync();
        return Ok();
    }
}
`;
}
