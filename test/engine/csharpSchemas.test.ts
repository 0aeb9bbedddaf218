import { describe, expect, it } from 'vitest';
import type { EntitySchema } from '#protocol/graph.ts';
import { edgesOf, scanFiles } from '../support/scanFiles.ts';

const USINGS = 'using Microsoft.EntityFrameworkCore;\n';

async function schemasOf(source: string, more: Record<string, string> = {}): Promise<EntitySchema[]> {
  return (await scanFiles({ 'a.cs': USINGS + source, ...more })).schemas;
}

function tables(schemas: readonly EntitySchema[]): string[] {
  return schemas.map((schema) => `${schema.entity} -> ${schema.table}`);
}

function columns(schema: EntitySchema | undefined): string[] {
  return (schema?.columns ?? []).map(
    ({ name, key, nullable }) => `${name}${key ? ' key' : ''}${nullable ? ' null' : ''}`,
  );
}

describe('tables of Entity Framework', () => {
  it('takes the active fluent name before the attribute, the DbSet and the class', async () => {
    const schemas = await schemasOf(`
public class Shop : DbContext
{
    public DbSet<A> As { get; set; }
    public DbSet<B> Bs { get; set; }
    public DbSet<C> Cs => Set<C>();
    public DbSet<E> Es { get; set; }
    protected override void OnModelCreating(ModelBuilder builder)
    {
        builder.Entity<A>().ToTable("tbl_a", "dbo");
        // builder.Entity<C>().ToTable("commented");
        builder.Entity<D>(d => { d.HasKey(x => x.Id); });
        builder.ApplyConfiguration(new EMap());
    }
    private void Unused(ModelBuilder builder) { builder.Entity<C>().ToTable("inactive"); }
}
[Table("attribute_a")] public class A { public int Id { get; set; } }
[Table("attribute_b")] public class B { public int Id { get; set; } }
public class C { public int Id { get; set; } }
public class D { public int Id { get; set; } }
public class E { public int Id { get; set; } }
public class F { public int Id { get; set; } }
public class EMap : IEntityTypeConfiguration<E> { public void Configure(EntityTypeBuilder<E> b) => b.ToTable(nameof(E) + "_x"); }
public class BMap : IEntityTypeConfiguration<B> { public void Configure(EntityTypeBuilder<B> b) => b.ToTable("not_applied"); }`);
    expect(tables(schemas)).toEqual(['A -> tbl_a', 'B -> attribute_b', 'C -> Cs', 'D -> D', 'E -> E_x']);
  });

  it('applies the configurations of an assembly, generic bases included', async () => {
    const schemas = await schemasOf(`
public class Shop : DbContext
{
    public DbSet<A> As { get; set; }
    protected override void OnModelCreating(ModelBuilder b) => b.ApplyConfigurationsFromAssembly(typeof(Shop).Assembly);
}
public class A { public int Number { get; set; } public string Name { get; set; } public string Secret { get; set; } }
public abstract class BaseMap<T> : IEntityTypeConfiguration<T> where T : class
{
    public virtual void Configure(EntityTypeBuilder<T> b) { b.ToTable("from_base"); }
}
public class AMap : BaseMap<A>
{
    public override void Configure(EntityTypeBuilder<A> b)
    {
        base.Configure(b);
        b.HasKey(a => a.Number);
        b.Property(a => a.Name).HasColumnName("a_name").IsRequired();
        b.Ignore(a => a.Secret);
    }
}`);
    expect(tables(schemas)).toEqual(['A -> from_base']);
    expect(columns(schemas[0])).toEqual(['Number key', 'a_name']);
  });

  it('maps a hierarchy to one table unless it says otherwise', async () => {
    const schemas = await schemasOf(`
public class Shop : DbContext
{
    public DbSet<Animal> Animals { get; set; }
    public DbSet<Dog> Dogs { get; set; }
    public DbSet<Cat> Cats { get; set; }
}
public abstract class Root { public int Id { get; set; } }
public class Animal : Root { public string? Name { get; set; } }
public class Dog : Animal { public int Age { get; set; } }
[Table("cat")] public class Cat : Animal { }`);
    expect(tables(schemas)).toEqual(['Animal -> Animals', 'Dog -> Animals', 'Cat -> cat']);
    expect(columns(schemas[1])).toEqual(['Id key', 'Name null', 'Age']);
    expect(schemas[1]?.relations).toEqual([{ kind: 'inherits', entity: 'Animal' }]);
  });

  it('names tables of Entity Framework 6 in the plural', async () => {
    const source = `using System.Data.Entity;
public class Shop : DbContext {
    public DbSet<Category> Stuff { get; set; }
    public DbSet<Item> Items { get; set; }
    protected override void OnModelCreating(DbModelBuilder b) { b.Configurations.Add(new ItemMap()); }
}
public class Category { public int CategoryId { get; set; } }
public class Item { public int Code { get; set; } }
public class ItemMap : EntityTypeConfiguration<Item> { public ItemMap() { ToTable("dbo.T_ITEM"); HasKey(i => i.Code); } }`;
    const { schemas } = await scanFiles({ 'a.cs': source });
    expect(tables(schemas)).toEqual(['Category -> Categories', 'Item -> T_ITEM']);
    expect(schemas.map((schema) => columns(schema))).toEqual([['CategoryId key'], ['Code key']]);
  });
});

describe('columns of Entity Framework', () => {
  it('has scalar properties only, with their keys and whether they may be null', async () => {
    const schemas = await schemasOf(`
public class Shop : DbContext { public DbSet<Order> Orders { get; set; } }
public enum State { Open, Done }
public class Entity { public Guid Id { get; set; } }
public class Order : Entity
{
    public State State { get; set; }
    public string? Note { get; set; }
    public DateTime? Paid { get; private set; }
    public byte[] Data { get; set; }
    [Column("total_sum")] public decimal Total { get; init; }
    [NotMapped] public string Temporary { get; set; }
    public string Display => Note + "";
    public int Computed { get; }
    internal int Hidden { get; set; }
    public static int Shared { get; set; }
    public int field;
    public Guid CustomerId { get; set; }
    public Customer Customer { get; set; }
    public List<Line> Lines { get; } = new();
    public Address Address { get; set; }
}
public class Customer { public Guid Id { get; set; } public List<Order> Orders { get; set; } }
public class Line { public int LineId { get; set; } }
[Owned] public class Address { public string City { get; set; } }`);
    expect(columns(schemas[0])).toEqual([
      'Id key',
      'State',
      'Note null',
      'Paid null',
      'Data',
      'total_sum',
      'CustomerId',
    ]);
    expect(schemas[0]?.relations).toEqual([
      { kind: 'many_to_one', entity: 'Customer', via: 'Customer' },
      { kind: 'one_to_many', entity: 'Line', via: 'Lines' },
      { kind: 'owns', entity: 'Address', via: 'Address' },
    ]);
    expect(tables(schemas)).toEqual(['Order -> Orders', 'Customer -> Customer', 'Line -> Line']);
  });

  it('notes the migrations that touch a table', async () => {
    const migration = `using Microsoft.EntityFrameworkCore.Migrations;
public partial class Init : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(name: "Orders", columns: table => new { Id = table.Column<int>() });
        migrationBuilder.AddColumn<string>(name: "Note", table: "Orders", nullable: true);
        migrationBuilder.CreateTable("Others", table => new { });
    }
    protected override void Down(MigrationBuilder migrationBuilder) { migrationBuilder.DropTable(name: "Orders"); }
}`;
    const source =
      'public class Shop : DbContext { public DbSet<Order> Orders { get; set; } } public class Order { public int Id { get; set; } }';
    const schemas = await schemasOf(source, { 'Migrations/1_Init.cs': migration });
    expect(schemas[0]?.migrations).toEqual([
      { file: 'Migrations/1_Init.cs', line: 6, change: 'CreateTable' },
      { file: 'Migrations/1_Init.cs', line: 7, change: 'AddColumn Note' },
    ]);
  });

  it('leads operations to the table of their entity, not to one of a class of the same name', async () => {
    const result = await scanFiles({
      'a.cs': `${USINGS}namespace Data;
public class Shop : DbContext { public DbSet<Order> Orders { get; set; } }
public class Order { public int Id { get; set; } }
public class Orders {
    private readonly Shop db;
    private readonly List<Other.Order> cached;
    public void Add(Order o) { db.Orders.Add(o); cached.Add(null); }
}`,
      'b.cs': 'namespace Other; public class Order { public int Id { get; set; } }',
    });
    expect(edgesOf(result, 'accesses')).toEqual(['a.cs:8 -> a.cs:4 certain']);
  });

  it('rewrites names that are not given as the convention of the context says', async () => {
    const schemas = await schemasOf(`
public class Shop : DbContext
{
    public DbSet<OrderLine> OrderLines { get; set; }
    protected override void OnConfiguring(DbContextOptionsBuilder o) => o.UseSqlite("x").UseSnakeCaseNamingConvention();
}
public class OrderLine { public int OrderLineId { get; set; } public string HTMLText { get; set; } [Column("Given")] public int Price2Pay { get; set; } }`);
    expect(tables(schemas)).toEqual(['OrderLine -> order_lines']);
    expect(columns(schemas[0])).toEqual(['order_line_id key', 'html_text', 'Given']);
  });

  it('rewrites every name where code goes through the model', async () => {
    const schemas = await schemasOf(`
public class Shop : DbContext
{
    public DbSet<OrderLine> OrderLines { get; set; }
    protected override void OnModelCreating(ModelBuilder b)
    {
        b.Entity<OrderLine>().ToTable("SoldLines");
        foreach (var entity in b.Model.GetEntityTypes()) entity.SetTableName(entity.GetTableName().ToSnakeCase());
    }
}
public class OrderLine { public int Id { get; set; } }`);
    expect(tables(schemas)).toEqual(['OrderLine -> sold_lines']);
  });

  it('leaves class names as they are where Entity Framework 6 makes no plurals', async () => {
    const schemas = await schemasOf(`using System.Data.Entity;
public class Shop : DbContext
{
    public DbSet<OrderLine> OrderLines { get; set; }
    protected override void OnModelCreating(DbModelBuilder b) => b.Conventions.Remove<PluralizingTableNameConvention>();
}
public class OrderLine { public int Id { get; set; } }`);
    expect(tables(schemas)).toEqual(['OrderLine -> OrderLine']);
  });
});
