import { describe, expect, it } from 'vitest';
import { edgesOf, operationsOf, scanFiles } from '../support/scanFiles.ts';

/** Operations of a file whose first line holds the usings. */
async function operations(source: string, usings = ''): Promise<string[]> {
  return operationsOf(await scanFiles({ 'a.cs': usings + source }));
}

const SHOP = `
public class Shop : DbContext { public DbSet<Order> Orders { get; set; } public DbSet<Item> Items { get; set; } }
public class Order { public int Id { get; set; } public string Name { get; set; } }
public class Item { public int Id { get; set; } public int Price { get; set; } }`;

describe('saving changes', () => {
  it('is seen where the context overrides it and where an interface stands before the context', async () => {
    const found = await operations(`
public interface IShop { DbSet<Order> Orders { get; } Task<int> SaveChangesAsync(CancellationToken token); Task Other(); }
public class Shop : DbContext, IShop
{
    public DbSet<Order> Orders { get; set; }
    public override int SaveChanges() => base.SaveChanges();
    public Task Other() => Task.CompletedTask;
}
public class Order { public int Id { get; set; } }
public class Handler
{
    public async Task A(IShop shop) { await shop.SaveChangesAsync(default); await shop.Other(); }
    public void B(Shop shop) { shop.SaveChanges(); }
}
public interface IQueue { void SaveChanges(); }
public class Queue : IQueue { public void SaveChanges() { } }
public class User { public void C(IQueue queue) { queue.SaveChanges(); } }`);
    expect(found).toEqual([
      'database_write SaveChanges a.cs:6',
      'database_write SaveChangesAsync a.cs:12',
      'database_write SaveChanges a.cs:13',
    ]);
  });

  it('touches the tables of what the function has added or read and changed, each save its own', async () => {
    const result = await scanFiles({
      'a.cs': `${SHOP}
public class Service
{
    private readonly Shop db;
    public async Task Run(int id)
    {
        var order = await db.Orders.FirstAsync(o => o.Id == id);
        order.Name = "x";
        await db.SaveChangesAsync();
        db.Items.Add(new Item());
        await db.SaveChangesAsync();
        var seen = await db.Orders.AsNoTracking().FirstAsync();
        seen.Name = "y";
        var other = new Order();
        other.Name = "z";
        await db.SaveChangesAsync();
    }
}`,
    });
    expect(edgesOf(result, 'accesses').filter((edge) => edge.includes('likely'))).toEqual([
      'a.cs:12 -> a.cs:3 likely',
      'a.cs:14 -> a.cs:4 likely',
    ]);
  });
});

describe('services with several implementations', () => {
  const services = `
public interface IStore { void Save(); }
public class FileStore : IStore { public void Save() { File.Delete("a"); } }
public class OtherStore : IStore { public void Save() { File.Delete("b"); } }
public class User { public void Run(IStore store) { store.Save(); } }`;

  it('are called as they are registered, and else not guessed', async () => {
    const registered = async (line: string): Promise<string[]> =>
      edgesOf(
        await scanFiles({
          'a.cs': services,
          'b.cs': `public class Start { public void Run(ContainerBuilder builder, IServiceCollection services) { ${line} } }`,
        }),
        'calls',
      );
    const guess = ['a.cs:5 -> a.cs:3 possible', 'a.cs:5 -> a.cs:4 possible'];
    expect((await registered('')).toSorted()).toEqual(guess);
    expect(await registered('services.AddScoped<IStore, OtherStore>();')).toEqual(['a.cs:5 -> a.cs:4 certain']);
    expect(await registered('builder.RegisterType<FileStore>().AsSelf().As<IStore>();')).toEqual([
      'a.cs:5 -> a.cs:3 certain',
    ]);
  });
});

describe('overloads behind an interface', () => {
  it('are told apart by the arguments of their types', async () => {
    const result = await scanFiles({
      'a.cs': `
public class A { } public class B { }
public interface IStore { void Delete(IEnumerable<A> all); void Delete(IEnumerable<B> all); }
public class Store : IStore
{
    public void Delete(IEnumerable<A> all) { File.Delete("a"); }
    public void Delete(IEnumerable<B>? all) { File.Delete("b"); }
}
public class User { public void Run(IStore store, List<B> all) { store.Delete(all); } }`,
    });
    expect(edgesOf(result, 'calls')).toEqual(['a.cs:9 -> a.cs:7 certain']);
  });
});

describe('generic repositories', () => {
  const repository = `${SHOP}
public interface IRepository<T> { Task Add(T entity); Task<T> Get(int id); }
public class Repository<T> : IRepository<T> where T : class
{
    private readonly Shop db;
    private readonly DbSet<T> set;
    public async Task Add(T entity) { await set.AddAsync(entity); await db.SaveChangesAsync(); }
    public async Task<T> Get(int id) => await db.Set<T>().FindAsync(id);
}`;

  it('access in a workflow the table that its calls bind', async () => {
    const result = await scanFiles({
      'a.cs': `${repository}
[Route("orders")] public class OrdersController(IRepository<Order> orders) { [HttpPost] public Task Post(Order o) => orders.Add(o); }
[Route("items")] public class ItemsController(IRepository<Item> items) { [HttpGet] public Task<Item> Get(int id) => items.Get(id); }`,
    });
    const tables = result.workflows.map((workflow) => [workflow.reads, workflow.writes]);
    expect(tables).toEqual([
      [[], ['Orders']],
      [['Items'], []],
    ]);
  });

  it('tell the handlers of different messages apart', async () => {
    const result = await scanFiles({
      'a.cs': `
public interface IHandler<T> { void Handle(T message); }
public class A { } public class B { }
public class AHandler : IHandler<A> { public void Handle(A a) { File.Delete("a"); } }
public class BHandler : IHandler<B> { public void Handle(B b) { File.Delete("b"); } }
public class User { public void Run(IHandler<B> handler) { handler.Handle(new B()); } }`,
    });
    expect(edgesOf(result, 'calls')).toEqual(['a.cs:6 -> a.cs:5 certain']);
  });

  it('know what a constrained type parameter is', async () => {
    const found = await operations(`${SHOP}
public class Store<TContext>(IDbContextFactory<TContext> factory) where TContext : Shop
{
    public async Task Run() { await using var db = await factory.CreateDbContextAsync(); await db.Orders.ToListAsync(); }
}`);
    expect(found).toEqual(['database_read Order a.cs:7']);
  });

  it('of Ardalis are read by their types', async () => {
    const found = await operations(`
public interface IRepo<T> : IRepositoryBase<T> where T : class { }
public class Basket { public int Id { get; set; } }
public class User { public async Task Run(IRepo<Basket> repo) { var all = await repo.ListAsync(); await repo.AddAsync(new Basket()); } }`);
    expect(found).toEqual(['database_read Basket a.cs:4', 'database_write Basket a.cs:4']);
  });
});

describe('MongoDB in C#', () => {
  it('reads and writes the collections of its documents', async () => {
    const result = await scanFiles({
      'a.cs': `
public class Product { [BsonId] public string Id { get; set; } public string Name { get; set; } }
public class Repo
{
    private readonly IMongoCollection<Product> products;
    public Repo(IMongoClient client) { products = client.GetDatabase("shop").GetCollection<Product>("products"); }
    public async Task Run(string id)
    {
        await products.Find(p => p.Id == id).SortBy(p => p.Name).FirstOrDefaultAsync();
        await products.ReplaceOneAsync(p => p.Id == id, new Product());
    }
}`,
    });
    expect(operationsOf(result)).toEqual(['database_read Product a.cs:9', 'database_write Product a.cs:10']);
    expect(result.schemas.map((schema) => [schema.entity, schema.table])).toEqual([['Product', 'products']]);
    expect(edgesOf(result, 'accesses').toSorted()).toEqual(['a.cs:10 -> a.cs:2 certain', 'a.cs:9 -> a.cs:2 certain']);
  });
});

describe('SQL in C#', () => {
  it('of Dapper is read for its verb and table', async () => {
    const found = await operations(`
public class Repo(IDbConnection connection)
{
    const string All = "SELECT * FROM Orders";
    public void A() => connection.Query<Order>(All + " WHERE Id = 1");
    public Task B(int id) => connection.ExecuteAsync($"DELETE FROM [dbo].[Items] WHERE Id = {id}");
    public Task C() => connection.QuerySingleAsync<int>("INSERT INTO Logs (x) VALUES (1); SELECT SCOPE_IDENTITY()");
    public Task D() => connection.ExecuteAsync("proc_name");
    public void E(Other other) => other.Query<Order>("SELECT * FROM Nothing");
}
public class Order { } public class Other { public void Query<T>(string s) { } }`);
    expect(found).toEqual([
      'database_read Orders a.cs:5',
      'database_write Items a.cs:6',
      'database_write Logs a.cs:7',
      'database_write ExecuteAsync a.cs:8',
    ]);
  });

  it('of commands is what they were made with or given', async () => {
    const found = await operations(`
public class Repo(SqlConnection connection)
{
    public void A()
    {
        using var command = new SqlCommand("UPDATE Orders SET x = 1", connection);
        command.ExecuteNonQuery();
        var other = connection.CreateCommand();
        other.CommandText = "SELECT a FROM Items i";
        using var reader = other.ExecuteReader();
    }
}`);
    expect(found).toEqual(['database_write Orders a.cs:7', 'database_read Items a.cs:10']);
  });
});

describe('files and caches in C#', () => {
  it('tells paths from streams and reading from writing', async () => {
    const found = await operations(`
public class Files
{
    public void Run(string path, Stream stream, MemoryStream memory)
    {
        new StreamReader(path); new StreamReader(stream); new StreamWriter(memory);
        new FileStream(path, FileMode.Create);
        new FileStream(path, FileMode.Open, FileAccess.Read);
        File.Open(path, FileMode.Append);
        File.Exists(path);
        System.IO.File.ReadAllText(Path.Combine("a", "b.txt"));
        // File.Delete(path);
        var text = "File.Delete(path)";
    }
}`);
    expect(found).toEqual([
      'file_read {path} a.cs:6',
      'file_write {path} a.cs:7',
      'file_read {path} a.cs:8',
      'file_write {path} a.cs:9',
      'file_read a/b.txt a.cs:11',
    ]);
  });

  it('finds caches by their type, not by the names of methods', async () => {
    const found = await operations(`
public class Cached(IMemoryCache memory, IDistributedCache distributed, Dictionary<string, int> map, IDatabase redis)
{
    public void Run(int id)
    {
        memory.GetOrCreate($"a-{id}", entry => 1); memory.Remove("b");
        distributed.GetStringAsync("c"); distributed.SetStringAsync("c", "");
        map.Remove("d"); map.TryGetValue("d", out var x);
        redis.StringGetAsync("e"); redis.HashSet("f", "g", 1);
    }
}`);
    expect(found).toEqual([
      'cache_read a-{id} a.cs:6',
      'cache_write b a.cs:6',
      'cache_read c a.cs:7',
      'cache_write c a.cs:7',
      'cache_read e a.cs:9',
      'cache_write f a.cs:9',
    ]);
  });
});

describe('HTTP calls in C#', () => {
  it('have the base address of their client and the verb of their message', async () => {
    const found = await operations(`
public class Catalog(HttpClient http)
{
    public Task A(int id) => http.GetAsync($"items/{id}");
    public Task B() { var request = new HttpRequestMessage(HttpMethod.Put, "items"); return http.SendAsync(request); }
    public Task C() => http.PostAsync("https://other.org/x", null);
}
public class Start
{
    public void Run(IServiceCollection services) => services.AddHttpClient<Catalog>(c => { c.BaseAddress = new Uri("http://catalog/api/"); });
}`);
    expect(found).toEqual([
      'api_call GET http://catalog/api/items/{id} a.cs:4',
      'api_call PUT http://catalog/api/items a.cs:5',
      'api_call POST https://other.org/x a.cs:6',
    ]);
  });

  it('of Refit stand where its interface is called, those of Flurl where the chain ends', async () => {
    const found = await operations(
      `
public interface IItems { [Get("/items/{id}")] Task<int> Load(int id); Task None(); }
public class User(IItems items)
{
    private const string Base = "https://a.org";
    public async Task Run() { await items.Load(1); await items.None(); }
    public Task Flurl() => (Base + "/x").AppendPathSegment("y").WithHeader("a", "b").PostJsonAsync(new { });
    public string NotHttp(string s) => s.Trim().Replace("a", "b");
}`,
      'using Refit;',
    );
    expect(found).toEqual(['api_call GET /items/{id} a.cs:6', 'api_call POST https://a.org/x/y a.cs:7']);
  });
});

describe('messages and jobs in C#', () => {
  it('joins senders with the receivers of the same type or queue', async () => {
    const result = await scanFiles({
      'a.cs': `
public class Paid { } public class Sent { }
public class Sender(IPublishEndpoint bus, ServiceBusClient client)
{
    public Task A() => bus.Publish(new Paid());
    public Task B() => client.CreateSender("queue").SendMessageAsync(null);
}
public class PaidConsumer : IConsumer<Paid> { public Task Consume(ConsumeContext<Paid> context) => null; }
public class SentConsumer : IConsumer<Sent> { public Task Consume(ConsumeContext<Sent> context) => null; }`,
    });
    expect(operationsOf(result)).toEqual([
      'message_send Paid a.cs:5',
      'message_send queue a.cs:6',
      'message_receive Paid a.cs:8',
      'message_receive Sent a.cs:9',
    ]);
    expect(edgesOf(result, 'delivers')).toEqual(['a.cs:5 -> a.cs:8 certain']);
  });

  it('starts workflows at background services, jobs and hubs', async () => {
    const result = await scanFiles({
      'a.cs': `
public class Worker : BackgroundService { protected override async Task ExecuteAsync(CancellationToken token) { File.Delete("a"); } }
public class Start : IHostedService { public Task StartAsync(CancellationToken token) => null; public Task StopAsync(CancellationToken token) => null; }
public class Jobs(Cleaner cleaner) { public void Plan() => RecurringJob.AddOrUpdate("id", () => cleaner.Clean(), "0 * * * *"); }
public class Cleaner { public void Clean() { File.Delete("b"); } }
public class ChatHub : Hub { public Task Say(string text) => Clients.All.SendAsync("said", text); public override Task OnConnectedAsync() => null; }
public class Map { public void Run(IEndpointRouteBuilder app) => app.MapHub<ChatHub>("/chat"); }`,
    });
    expect(operationsOf(result).filter((line) => !line.startsWith('file_write'))).toEqual([
      'scheduled_task Worker.ExecuteAsync a.cs:2',
      'scheduled_task Start.StartAsync a.cs:3',
      'scheduled_task 0 * * * * a.cs:4',
      'message_receive Say a.cs:6',
      'message_send said a.cs:6',
      'api_endpoint chat a.cs:7',
    ]);
    const starts = result.workflows.map(
      (workflow) => result.nodes.find((node) => node.id === workflow.entry)?.start_line,
    );
    expect(starts).toEqual([2, 4, 6, 7]);
  });
});

describe('endpoint classes', () => {
  it('have the routes they configure', async () => {
    const found = await operations(`
public class Create : Endpoint<Request, Response>
{
    public override void Configure() { Post("/items/{id:int}"); Group<Admin>(); }
    public override async Task HandleAsync(Request r, CancellationToken token) { }
}
public class Admin : Group { public Admin() { Configure("admin", e => { }); } }
public class Login : EndpointBaseAsync.WithRequest<Request>.WithActionResult<Response>
{
    [HttpPost("api/login")]
    public override async Task<ActionResult<Response>> HandleAsync(Request r, CancellationToken token) => null;
}
public class Request { } public class Response { }`);
    expect(found).toEqual(['api_endpoint POST admin/items/{id} a.cs:4', 'api_endpoint POST api/login a.cs:10']);
  });

  it('of minimal APIs have the prefixes of their groups', async () => {
    const result = await scanFiles({
      'Program.cs': `var app = WebApplication.CreateBuilder(args).Build();
var api = app.MapGroup("/api");
api.MapGet("/x", () => 1);
api.MapItems();
app.MapGroup("v2").MapGroup("{tenant}").WithTags("a").MapDelete("/y/{id}", Handlers.Delete);`,
      'items.cs': `public static class Items
{
    public static IEndpointRouteBuilder MapItems(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("items").RequireAuthorization();
        group.MapPost("/", Handlers.Create);
        return app;
    }
}
public static class Handlers { public static void Create() { } public static void Delete(int id) { } }
public class Map { public void MapGet(string a, string b) { } public void Run() { this.MapGet("/no", "x"); } }`,
    });
    expect(operationsOf(result)).toEqual([
      'api_endpoint GET api/x Program.cs:3',
      'api_endpoint DELETE v2/{tenant}/y/{id} Program.cs:5',
      'api_endpoint POST api/items items.cs:6',
    ]);
    expect(edgesOf(result, 'handles')).toContain('items.cs:6 -> items.cs:10 certain');
  });
});
