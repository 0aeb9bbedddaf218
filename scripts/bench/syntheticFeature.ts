/** Files that `featureFiles` makes: of the size and the mix that a .NET and Angular workspace has. */
export const FILES_A_FEATURE = 10;

/** One feature: a page with a button, its service, an endpoint, its service and repository, an entity. */
export function featureFiles(number: number): Record<string, string> {
  const name = `Item${number}`;
  const api = `api/Features/${name}`;
  const web = `web/src/app/${name.toLowerCase()}`;
  const lower = name.toLowerCase();
  return {
    [`${api}/${name}.cs`]: entity(name),
    [`${api}/${name}Request.cs`]: `namespace Shop.Features;\n\npublic record ${name}Request(string Title, decimal Price, int Count);\n`,
    [`${api}/I${name}Repository.cs`]: `using System.Threading.Tasks;\n\nnamespace Shop.Features;\n\npublic interface I${name}Repository\n{\n    Task<${name}?> Find(int id);\n    Task Add(${name} item);\n}\n`,
    [`${api}/${name}Repository.cs`]: repository(name),
    [`${api}/${name}Service.cs`]: service(name),
    [`${api}/${name}Controller.cs`]: controller(name),
    [`${web}/${lower}.model.ts`]: `export interface ${name} {\n  id: number;\n  title: string;\n  price: number;\n  count: number;\n}\n`,
    [`${web}/${lower}.service.ts`]: clientService(name, lower),
    [`${web}/${lower}.component.ts`]: component(name, lower),
    [`${web}/${lower}.component.html`]: `<h2>{{ item?.title }}</h2>\n<form (ngSubmit)="save()">\n  <input name="title" [(ngModel)]="title" />\n  <button type="submit">Save</button>\n  <button type="button" (click)="load(1)">Load</button>\n</form>\n`,
  };
}

/** What all features share: the database context, start-up, package and project files. */
export function sharedFiles(features: number): Record<string, string> {
  const names = Array.from({ length: features }, (_, number) => `Item${number}`);
  return {
    'api/Shop.csproj': '<Project Sdk="Microsoft.NET.Sdk.Web"></Project>\n',
    'api/ShopContext.cs': `using Microsoft.EntityFrameworkCore;\nusing Shop.Features;\n\nnamespace Shop;\n\npublic class ShopContext : DbContext\n{\n${names.map((name) => `    public DbSet<${name}> ${name}s => Set<${name}>();\n`).join('')}}\n`,
    'api/Startup.cs': `using Microsoft.Extensions.DependencyInjection;\nusing Shop.Features;\n\nnamespace Shop;\n\npublic static class Startup\n{\n    public static void Configure(IServiceCollection services)\n    {\n${names.map((name) => `        services.AddScoped<I${name}Repository, ${name}Repository>();\n        services.AddScoped<${name}Service>();\n`).join('')}    }\n}\n`,
    'web/package.json':
      '{ "name": "web", "dependencies": { "@angular/core": "20.0.0", "@angular/common": "20.0.0" } }\n',
    'web/tsconfig.json': '{ "compilerOptions": { "strict": true } }\n',
  };
}

function entity(name: string): string {
  const properties = ['string Title', 'decimal Price', 'int Count', 'System.DateTime CreatedAt', 'string? Note'];
  return `namespace Shop.Features;\n\npublic class ${name}\n{\n    public int Id { get; set; }\n${properties.map((property) => `    public ${property} { get; set; }\n`).join('')}\n    public decimal Total() => Price * Count;\n}\n`;
}

function repository(name: string): string {
  return `using System.Linq;
using System.Threading.Tasks;
using Microsoft.EntityFrameworkCore;

namespace Shop.Features;

public class ${name}Repository : I${name}Repository
{
    private readonly ShopContext _context;

    public ${name}Repository(ShopContext context)
    {
        _context = context;
    }

    public async Task<${name}?> Find(int id)
    {
        return await _context.${name}s.Where(item => item.Id == id).FirstOrDefaultAsync();
    }

    public async Task Add(${name} item)
    {
        _context.${name}s.Add(item);
        await _context.SaveChangesAsync();
    }
}
`;
}

function service(name: string): string {
  return `using System;
using System.Threading.Tasks;

namespace Shop.Features;

public class ${name}Service
{
    private readonly I${name}Repository _repository;

    public ${name}Service(I${name}Repository repository)
    {
        _repository = repository;
    }

    public async Task<${name}> Create(${name}Request request)
    {
        if (string.IsNullOrWhiteSpace(request.Title)) throw new ArgumentException("A title is needed", nameof(request));
        var item = new ${name} { Title = request.Title.Trim(), Price = Math.Round(request.Price, 2), Count = request.Count };
        await _repository.Add(item);
        return item;
    }

    public Task<${name}?> Get(int id) => _repository.Find(id);
}
`;
}

function controller(name: string): string {
  return `using System.Threading.Tasks;
using Microsoft.AspNetCore.Mvc;

namespace Shop.Features;

[ApiController]
[Route("api/[controller]")]
public class ${name}Controller : ControllerBase
{
    private readonly ${name}Service _service;

    public ${name}Controller(${name}Service service)
    {
        _service = service;
    }

    [HttpGet("{id}")]
    public async Task<ActionResult<${name}>> Get(int id)
    {
        var item = await _service.Get(id);
        return item is null ? NotFound() : Ok(item);
    }

    [HttpPost]
    public async Task<ActionResult<${name}>> Create([FromBody] ${name}Request request)
    {
        var item = await _service.Create(request);
        return CreatedAtAction(nameof(Get), new { id = item.Id }, item);
    }
}
`;
}

function clientService(name: string, lower: string): string {
  return `import { HttpClient } from '@angular/common/http';
import { Injectable } from '@angular/core';
import { Observable } from 'rxjs';
import { ${name} } from './${lower}.model';

@Injectable({ providedIn: 'root' })
export class ${name}Service {
  constructor(private readonly http: HttpClient) {}

  get(id: number): Observable<${name}> {
    return this.http.get<${name}>(\`/api/${name}/\${id}\`);
  }

  create(item: Partial<${name}>): Observable<${name}> {
    return this.http.post<${name}>('/api/${name}', item);
  }
}
`;
}

function component(name: string, lower: string): string {
  return `import { Component } from '@angular/core';
import { ${name} } from './${lower}.model';
import { ${name}Service } from './${lower}.service';

@Component({ selector: 'app-${lower}', templateUrl: './${lower}.component.html' })
export class ${name}Component {
  item?: ${name};
  title = '';

  constructor(private readonly service: ${name}Service) {}

  load(id: number): void {
    this.service.get(id).subscribe((item) => {
      this.item = item;
      this.title = item.title;
    });
  }

  save(): void {
    this.service.create({ title: this.title }).subscribe((item) => (this.item = item));
  }
}
`;
}
