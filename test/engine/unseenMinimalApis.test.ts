import { describe, expect, it } from 'vitest';
import { edgesOf, operationsOf, scanFiles } from '../support/scanFiles.ts';

const EXTENSIONS = `namespace App.Infrastructure;
public static class RouteExtensions {
  public static RouteHandlerBuilder MapGet(this IEndpointRouteBuilder builder, Delegate handler, string pattern = "") {
    return builder.MapGet(pattern, handler).WithName(handler.Method.Name);
  }
  public static RouteHandlerBuilder MapPut(this IEndpointRouteBuilder builder, Delegate handler, string pattern) {
    return builder.MapPut(pattern, handler).WithName(handler.Method.Name);
  }
}`;

describe('routes registered through extension methods of the project', () => {
  it('are endpoints at the calls, with the handler and the pattern handed over', async () => {
    const result = await scanFiles({
      'RouteExtensions.cs': EXTENSIONS,
      'Program.cs': `using App.Infrastructure;
var app = WebApplication.CreateBuilder(args).Build();
var orders = app.MapGroup("/orders");
orders.MapGet(Orders.All);
orders.MapPut(Orders.Update, "{id}");
app.MapGet("/plain", () => "ok");
app.Run();
public static class Orders {
  public static string All() => "";
  public static string Update(int id) => "";
}`,
    });
    expect(operationsOf(result)).toEqual([
      'api_endpoint GET orders Program.cs:4',
      'api_endpoint PUT orders/{id} Program.cs:5',
      'api_endpoint GET plain Program.cs:6',
    ]);
    expect(edgesOf(result, 'handles').sort()).toEqual([
      'Program.cs:4 -> Program.cs:9 certain',
      'Program.cs:5 -> Program.cs:10 certain',
      'Program.cs:6 -> Program.cs:6 certain',
    ]);
  });

  it('stay where they are registered when nothing calls the function around them', async () => {
    const result = await scanFiles({ 'RouteExtensions.cs': EXTENSIONS });
    expect(operationsOf(result).map((line) => line.replace(/\{.*\} /, ''))).toEqual([
      'api_endpoint GET RouteExtensions.cs:4',
      'api_endpoint PUT RouteExtensions.cs:7',
    ]);
  });
});

describe('groups of routes in classes', () => {
  it('are below the name of the class when reflection calls each with a group', async () => {
    const result = await scanFiles({
      'RouteExtensions.cs': EXTENSIONS,
      'Web.cs': `namespace App.Infrastructure;
public interface IEndpointGroup { static abstract void Map(RouteGroupBuilder group); }
public static class Web {
  public static void MapEndpoints(this WebApplication app, Assembly assembly) {
    foreach (var type in assembly.GetExportedTypes().Where(t => t.IsAssignableTo(typeof(IEndpointGroup)))) {
      var name = type.Name;
      var prefix = type.GetProperty("RoutePrefix")?.GetValue(null) as string ?? $"/api/{name}";
      var group = app.MapGroup(prefix).WithTags(name);
      type.GetMethod(nameof(IEndpointGroup.Map))!.Invoke(null, [group]);
    }
  }
}`,
      'Orders.cs': `using App.Infrastructure;
namespace App.Endpoints;
public class Orders : IEndpointGroup {
  public static void Map(RouteGroupBuilder group) {
    group.RequireAuthorization();
    group.MapGet(All);
    group.MapPut(Update, "{id}");
  }
  static string All() => "";
  static string Update(int id) => "";
}
public class Users : IEndpointGroup {
  public static void Map(RouteGroupBuilder group) => group.MapGet("me", () => "");
}`,
    });
    expect(operationsOf(result)).toEqual([
      'api_endpoint GET api/Orders Orders.cs:6',
      'api_endpoint PUT api/Orders/{id} Orders.cs:7',
      'api_endpoint GET api/Users/me Orders.cs:13',
    ]);
  });

  it('are below the name of the class when an abstract method is called and the group made of `this`', async () => {
    const result = await scanFiles({
      'Web.cs': `namespace App.Infrastructure;
public abstract class EndpointGroupBase { public abstract void Map(WebApplication app); }
public static class Web {
  public static RouteGroupBuilder MapGroup(this WebApplication app, EndpointGroupBase group) {
    var name = group.GetType().Name;
    return app.MapGroup($"/api/{name}").WithGroupName(name).WithTags(name);
  }
  public static WebApplication MapEndpoints(this WebApplication app, Assembly assembly) {
    foreach (var type in assembly.GetExportedTypes().Where(t => t.IsSubclassOf(typeof(EndpointGroupBase))))
      if (Activator.CreateInstance(type) is EndpointGroupBase instance) instance.Map(app);
    return app;
  }
  public static IEndpointRouteBuilder MapGet(this IEndpointRouteBuilder builder, Delegate handler, string pattern = "") {
    builder.MapGet(pattern, handler).WithName(handler.Method.Name);
    return builder;
  }
  public static IEndpointRouteBuilder MapDelete(this IEndpointRouteBuilder builder, Delegate handler, string pattern) {
    builder.MapDelete(pattern, handler).WithName(handler.Method.Name);
    return builder;
  }
}`,
      'Orders.cs': `using App.Infrastructure;
namespace App.Endpoints;
public class Orders : EndpointGroupBase {
  public override void Map(WebApplication app) {
    app.MapGroup(this)
      .RequireAuthorization()
      .MapGet(All)
      .MapDelete(Remove, "{id}");
  }
  public string All() => "";
  public string Remove(int id) => "";
}`,
    });
    expect(operationsOf(result)).toEqual([
      'api_endpoint GET api/Orders Orders.cs:5',
      'api_endpoint DELETE api/Orders/{id} Orders.cs:5',
    ]);
    expect(edgesOf(result, 'handles')).toHaveLength(2);
  });
});
