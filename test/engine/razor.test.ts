import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scanRazor } from '#engine/lower/razorScanner.ts';
import type { EngineResult } from '#engine/scan.ts';
import { edgesOf, operationsOf, scanFiles } from '../support/scanFiles.ts';

const PROJECT =
  '<Project Sdk="Microsoft.NET.Sdk.BlazorWebAssembly"><PropertyGroup><RootNamespace>Shop</RootNamespace></PropertyGroup></Project>';

/** `onclick Save:3 -> Orders.Save:9 certain` for every action; `!reason` where it is unresolved. */
function actionsOf(result: EngineResult): string[] {
  const nodes = new Map(result.nodes.map((node) => [node.id, node]));
  return result.nodes
    .filter((node) => node.kind === 'ui_action')
    .map((node) => {
      const handlers = result.edges
        .filter((edge) => edge.source === node.id && edge.kind === 'handles')
        .map((edge) => `${nodes.get(edge.target)?.name}:${nodes.get(edge.target)?.start_line} ${edge.confidence}`);
      const reason = result.unresolved.find((item) => item.node === node.id)?.reason;
      return `${node.name}:${node.start_line} -> ${handlers.join(', ')}${reason === undefined ? '' : `!${reason}`}`;
    });
}

async function component(text: string, more: Record<string, string> = {}): Promise<EngineResult> {
  return scanFiles({ 'Shop.csproj': PROJECT, 'Pages/Orders.razor': text, ...more });
}

describe('Blazor components', () => {
  const orders = `@page "/orders"
@page "/orders/{Id:int}"
@using Shop.Services
@inject IOrderService Service

@* <button @onclick="Save">no</button> *@
<!-- <button @onclick="Save">no</button> -->
<p>mail@example.com costs @@5</p>
@if (rows is null)
{
    <p>@:loading</p>
}
else
{
    @foreach (var row in rows)
    {
        <tr @onclick="@(() => Open(row.Id))"><td title="@Text("a", ")")">@row.Name</td></tr>
        <button @onclick="Save" @onclick:stopPropagation="true" onclick="alert('no')">Save</button>
        <button @onclick='async () => { await Service.Delete(row.Id); rows = null; }'>Delete</button>
        <button @onclick="() => show = !show">Show</button>
    }
}
<input @bind="text" @bind:after="Search" />

@code {
    private List<Order> rows;
    private string text;
    private bool show;
    [Parameter] public int Id { get; set; }

    protected override async Task OnInitializedAsync()
    {
        rows = await Service.Load();
    }
    private async Task Save() { File.WriteAllText("orders.txt", "{ @ <b>"); }
    private void Open(int id) { }
    private void Search() { }
}
`;
  const services = `namespace Shop.Services;
public class Order { public int Id; public string Name; }
public interface IOrderService { Task<List<Order>> Load(); Task Delete(int id); }
public class OrderService : IOrderService
{
    public async Task<List<Order>> Load() { File.ReadAllText("load.txt"); return null; }
    public async Task Delete(int id) { File.Delete("delete.txt"); File.WriteAllText("log.txt", ""); }
}`;

  it('bind events to their methods and to lambdas', async () => {
    const result = await component(orders, { 'Services.cs': services });
    expect(actionsOf(result)).toEqual([
      'onclick Open:17 -> Orders.Open:36 certain',
      'onclick Save:18 -> Orders.Save:35 certain',
      'onclick inline:19 -> Orders.inline:19 certain',
      'onclick inline:20 -> Orders.inline:20 certain',
      'bind:after Search:23 -> Orders.Search:37 certain',
    ]);
  });

  it('have pages that load, and calls through injected services', async () => {
    const result = await component(orders, { 'Services.cs': services });
    const pages = result.nodes
      .filter((node) => node.kind === 'ui_page')
      .map((node) => `${node.target}:${node.start_line}`);
    expect(pages).toEqual(['orders:1', 'orders/{Id}:2']);
    expect(edgesOf(result, 'calls')).toEqual(
      expect.arrayContaining([
        'Pages/Orders.razor:31 -> Services.cs:6 certain',
        'Pages/Orders.razor:19 -> Services.cs:7 certain',
      ]),
    );
    expect(operationsOf(result).filter((line) => line.startsWith('file_'))).toContain(
      'file_write orders.txt Pages/Orders.razor:35',
    );
  });

  it('span the attribute alone', async () => {
    const result = await component(orders, { 'Services.cs': services });
    const action = result.nodes.find((node) => node.kind === 'ui_action' && node.target === 'Save');
    expect(action).toMatchObject({
      start_line: 18,
      start_column: 17,
      end_line: 18,
      end_column: 32,
      provider: 'Blazor',
    });
  });

  it('share their class with code behind, in the namespace of the project and the folder', async () => {
    const result = await component('<button @onclick="Save">Save</button>\n<button @onclick="Missing">?</button>', {
      'Pages/Orders.razor.cs': 'namespace Shop.Pages;\npublic partial class Orders\n{\n    private void Save() { }\n}',
      'Other.cs': 'namespace Shop.Other; public partial class Orders { void Missing() { } }',
    });
    expect(actionsOf(result)).toEqual([
      'onclick Save:1 -> Orders.Save:4 certain',
      'onclick inline:2 -> !no_handler_found',
    ]);
  });

  it('take usings and the namespace from imports files', async () => {
    const result = await component(
      '@inject OrderService Service\n<button @onclick="() => Service.Delete(1)">x</button>',
      {
        '_Imports.razor': '@using System\n@using Shop.Services\n@namespace Acme',
        'Pages/Orders.razor.cs': 'namespace Acme.Pages; public partial class Orders { }',
        'Services.cs': services,
        'Twin.cs': 'namespace Shop.Twins; public class OrderService { public void Delete(int id) { } }',
      },
    );
    expect(edgesOf(result, 'calls')).toEqual(['Pages/Orders.razor:2 -> Services.cs:7 certain']);
  });

  it('hand callbacks to components: own ones by the declared parameter, others by the name', async () => {
    const text = `<Picker OnPick="Save" Title="Save" Render="Save" />
<EditForm Model="row" OnValidSubmit="@Save"><MudButton OnClick="@(e => Save())" Icon="Save" /></EditForm>
@code { void Save() { } }`;
    const picker =
      '@code { [Parameter] public EventCallback<int> OnPick { get; set; } [Parameter] public string Title { get; set; } [Parameter] public RenderFragment Render { get; set; } }';
    const result = await component(text, { 'Shared/Picker.razor': picker });
    expect(actionsOf(result)).toEqual([
      'OnPick Save:1 -> Orders.Save:3 certain',
      'OnValidSubmit Save:2 -> Orders.Save:3 certain',
      'OnClick Save:2 -> Orders.Save:3 certain',
    ]);
  });

  it('run what the component around them hands over for their event parameters', async () => {
    const picker = `<button @onclick="OnPick">a</button><form @onsubmit="Send" method="post"></form>
@code {
  [Parameter] public EventCallback OnPick { get; set; }
  [Parameter] public EventCallback OnOther { get; set; }
  async Task Send() { await OnPick.InvokeAsync(); await OnOther.InvokeAsync(); }
}`;
    const result = await component(
      '<Picker OnPick="Save" />\n@code { void Save() { File.Delete("a"); File.WriteAllText("a", ""); } }',
      {
        'Shared/Picker.razor': picker,
      },
    );
    expect(actionsOf(result)).toEqual([
      'OnPick Save:1 -> Orders.Save:2 certain',
      'onclick OnPick:1 -> Orders.Save:2 certain',
      'onsubmit Send:1 -> Picker.Send:5 certain',
    ]);
    expect(edgesOf(result, 'calls')).toEqual(['Shared/Picker.razor:5 -> Pages/Orders.razor:2 certain']);
  });

  it('navigate to the only page whose route fits', async () => {
    const text =
      '@inject NavigationManager Nav\n<a @onclick="Go">x</a>\n@code {\n  void Go() { Nav.NavigateTo("/orders/3?x=1"); }\n  void Away(Other Nav) { Nav.NavigateTo("/orders/3"); }\n}';
    const result = await component(text, {
      'Pages/Detail.razor': '@page "/orders/{Id:int}"\n',
      'Pages/List.razor': '@page "/orders"\n',
    });
    expect(edgesOf(result, 'navigates')).toEqual(['Pages/Orders.razor:4 -> Pages/Detail.razor:1 certain']);
  });
});

describe('Razor Pages', () => {
  const model = `namespace Shop.Pages.Basket;
public class IndexModel : PageModel
{
    public async Task OnGetAsync() { File.ReadAllText("a.txt"); }
    public IActionResult OnPost() { return Page(); }
    public IActionResult OnPostDelete(int id) { return Page(); }
    private void OnPostcard() { }
}`;
  const page = `@page "{id?}"
@model IndexModel
<form method="post">
  <button asp-page-handler="Delete" type="submit">x</button>
</form>
<form method="post" action="https://elsewhere.example"></form>
<a asp-page="/Index">home</a>`;
  const files = {
    'Pages/_ViewImports.cshtml': '@namespace Shop.Pages\n',
    'Pages/Basket/Index.cshtml': page,
    'Pages/Basket/Index.cshtml.cs': model,
  };

  it('serve their handlers and send their forms to them', async () => {
    const result = await scanFiles(files);
    expect(operationsOf(result).filter((line) => /^(ui_page|api_endpoint)/.test(line))).toEqual([
      'ui_page Basket/{id?} Pages/Basket/Index.cshtml:1',
      'api_endpoint GET Basket/{id?} Pages/Basket/Index.cshtml.cs:4',
      'api_endpoint POST Basket/{id?} Pages/Basket/Index.cshtml.cs:5',
      'api_endpoint POST Basket/{id?}?handler=Delete Pages/Basket/Index.cshtml.cs:6',
    ]);
    expect(actionsOf(result)).toEqual([
      'submit OnPost:3 -> IndexModel.OnPost:5 certain',
      'submit OnPostDelete:4 -> IndexModel.OnPostDelete:6 certain',
    ]);
    expect(edgesOf(result, 'handles')).toContain(
      'Pages/Basket/Index.cshtml:1 -> Pages/Basket/Index.cshtml.cs:4 certain',
    );
  });

  it('belong to an area by their folder', async () => {
    const result = await scanFiles({
      'Areas/Admin/Pages/Users.cshtml': '@page\n@functions {\n  public void OnGet() { }\n}',
    });
    expect(operationsOf(result)).toEqual([
      'ui_page Admin/Users Areas/Admin/Pages/Users.cshtml:1',
      'api_endpoint GET Admin/Users Areas/Admin/Pages/Users.cshtml:3',
    ]);
  });
});

describe('MVC views', () => {
  const controller = `namespace Shop;
public class OrdersController : Controller
{
    public IActionResult Edit() => View();
    [HttpPost] public IActionResult Edit(int id) => View();
    [HttpPost] public IActionResult Delete(int id) => View();
}
public class OtherController : Controller { [HttpPost] public IActionResult Delete(int id) => null; }
public class Startup { void Configure(WebApplication app) { app.MapControllerRoute("default", "{controller=Home}/{action=Index}/{id?}"); } }`;

  it('send forms to the action of the method', async () => {
    const view = `<form asp-action="Delete"></form>
<form asp-action="Delete" asp-controller="Other" method="post"></form>
<form method="post"></form>
@using (Html.BeginForm("Delete", "Orders", FormMethod.Post)) { <input type="submit" /> }
<form asp-action="Missing"></form>`;
    const result = await scanFiles({ 'Views/Orders/Edit.cshtml': view, 'C.cs': controller });
    expect(actionsOf(result)).toEqual([
      'submit Delete:1 -> OrdersController.Delete:6 certain',
      'submit Delete:2 -> OtherController.Delete:8 certain',
      'submit Edit:3 -> OrdersController.Edit:5 likely',
      'submit Delete:4 -> OrdersController.Delete:6 certain',
      'submit Missing:5 -> !no_handler_found',
    ]);
  });
});

describe('reading Razor', () => {
  const masksOf = (text: string): string[] => {
    const { members, statements } = scanRazor(text);
    return [members.toString(), statements.toString()];
  };

  it('keeps C# at its place', () => {
    const text = '<p>@if (a) { <b @onclick="F">@G(1)</b> }</p>\n@code { int x = 1; }';
    const [members, statements] = masksOf(text);
    expect(members).toBe(`${' '.repeat(text.indexOf('\n'))}\n        int x = 1;  `);
    expect(statements).toContain(';if (a) {');
    expect(statements?.indexOf('G(1)')).toBe(text.indexOf('G(1)'));
  });

  it('leaves length and lines as they are, and throws for no text', () => {
    const piece = fc.constantFrom(
      '@',
      '@{',
      '}',
      '@code {',
      '<a ',
      '<b>',
      '</b>',
      '/>',
      '"',
      "'",
      '(',
      ')',
      '@if (x) {',
      'else',
      '@*',
      '*@',
      '<!--',
      '@onclick="',
      '=> ',
      ';',
      '\n',
      '\r\n',
      '@:',
      '@<p>',
      'x',
      '$"{',
      '"""',
      '//',
      '/*',
      '@using A',
      '@page "/a"',
      'Foo(',
      '@Foo.Bar(1)',
      '<script>',
      'case 1:',
      'OnX="@(',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const text = pieces.join('');
        for (const mask of masksOf(text)) expect(mask.replace(/[^\n]/g, '')).toBe(text.replace(/[^\n]/g, ''));
        for (const mask of masksOf(text)) expect(mask).toHaveLength(text.length);
      }),
      { numRuns: 400 },
    );
  });

  it('survives deep nesting', () => {
    expect(masksOf('@if (a) { <p>'.repeat(3000))).toHaveLength(2);
    expect(masksOf(`@{${'{'.repeat(20000)}`)).toHaveLength(2);
  });
});
