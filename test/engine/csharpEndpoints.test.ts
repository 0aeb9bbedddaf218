import { describe, expect, it } from 'vitest';
import { edgesOf, operationsOf, scanFiles } from '../support/scanFiles.ts';

const USINGS = 'using Microsoft.AspNetCore.Mvc;\n';

/** The endpoints of one controller file. */
async function endpointsOf(source: string, more: Record<string, string> = {}): Promise<string[]> {
  return operationsOf(await scanFiles({ 'a.cs': USINGS + source, ...more })).filter((line) =>
    line.startsWith('api_endpoint'),
  );
}

describe('routes of controllers', () => {
  it('joins the templates of class and action and puts in the tokens', async () => {
    const found = await endpointsOf(`
[Route("api/[controller]")]
public class OrdersController : ControllerBase
{
    [HttpGet]
    public int List() => 1;
    [HttpGet("{id:int}")]
    public int Get(int id) => 1;
    [HttpPost("[action]")]
    public int CopyAsync() => 1;
    [HttpDelete("/all"), ActionName("Purge")]
    public int Clear() => 1;
    [HttpPut("~/other/{a=1}/{b?}/{*rest}")]
    public int Put() => 1;
}`);
    expect(found).toEqual([
      'api_endpoint GET api/Orders a.cs:6',
      'api_endpoint GET api/Orders/{id} a.cs:8',
      'api_endpoint POST api/Orders/Copy a.cs:10',
      'api_endpoint DELETE all a.cs:12',
      'api_endpoint PUT other/{a?}/{b?}/{*rest} a.cs:14',
    ]);
  });

  it('spans from the verb attribute to the line that closes the parameter list', async () => {
    const result = await scanFiles({
      'a.cs': `[Route("a")] public class AController {
    [Authorize]
    [HttpGet("x")]
    [Produces("text/plain")]
    public int Get(
        int id,
        string name
    )
    {
        return 1;
    }
}`,
    });
    const [endpoint] = result.nodes.filter((node) => node.kind === 'api_endpoint');
    expect([endpoint?.start_line, endpoint?.end_line, endpoint?.target, endpoint?.provider]).toEqual([
      3,
      8,
      'a/x',
      'ASP.NET Core',
    ]);
  });

  it('lets verbs share the routes beside them and keeps verbs with a template apart', async () => {
    const found = await endpointsOf(`
[Route("a")] [Route("b")]
public class XController : Controller
{
    [HttpGet] [Route("one")]
    public int One() => 1;
    [HttpGet("two")]
    [HttpPost("three")]
    public int Two() => 1;
    [AcceptVerbs("PUT", "PATCH", Route = "four")]
    public int Four() => 1;
}`);
    expect(found).toEqual([
      'api_endpoint GET a/one a.cs:6',
      'api_endpoint GET b/one a.cs:6',
      'api_endpoint GET a/two a.cs:8',
      'api_endpoint GET b/two a.cs:8',
      'api_endpoint POST a/three a.cs:9',
      'api_endpoint POST b/three a.cs:9',
      'api_endpoint PATCH a/four a.cs:11',
      'api_endpoint PUT a/four a.cs:11',
      'api_endpoint PATCH b/four a.cs:11',
      'api_endpoint PUT b/four a.cs:11',
    ]);
  });

  it('takes routes and actions over from bases, generic ones too', async () => {
    const found = await endpointsOf(`
[ApiController, Route("api/[controller]")]
public abstract class BaseApi<T> : ControllerBase
{
    [HttpGet("{id}")]
    public virtual T Load(int id) => default;
}
public class PeopleController : BaseApi<string> { }
[Route("v2/dogs")]
public class DogsController : BaseApi<string>
{
    public override string Load(int id) => "";
}`);
    expect(found).toEqual(['api_endpoint GET api/People/{id} a.cs:6', 'api_endpoint GET v2/dogs/{id} a.cs:13']);
  });

  it('puts API versions in and reads constants and own route attributes', async () => {
    const found = await endpointsOf(`
public static class Paths { public const string Root = "root"; }
public class V1RouteAttribute : RouteAttribute { public V1RouteAttribute(string path) : base("v1/" + path) { } }
[ApiVersion("2.0")] [Route("api/v{version:apiVersion}/a")]
public class AController : ControllerBase { [HttpGet(Paths.Root + "/x")] public int Get() => 1; }
[V1Route("b")]
public class BController : ControllerBase { [HttpGet(Name = "n")] public int Get() => 1; }`);
    expect(found).toEqual(['api_endpoint GET api/v2/a/root/x a.cs:6', 'api_endpoint GET v1/b a.cs:8']);
  });

  it('serves controllers without routes by convention, where a program maps one', async () => {
    const controller = `
public class HomeController : Controller {
    public int Index() => 1;
    [HttpPost] public int Edit(int id) => 1;
}
[Area("Admin")]
public class UsersController : Controller { public int List() => 1; }
public class GameController { public int Move() => 1; }`;
    expect(await endpointsOf(controller)).toEqual([]);
    const program = `var app = WebApplication.CreateBuilder(args).Build();
app.MapControllerRoute("areas", "{area:exists}/{controller=Home}/{action=Index}/{id?}");
app.MapControllerRoute(name: "default", pattern: "{controller=Home}/{action=Index}/{id?}");`;
    expect(await endpointsOf(controller, { 'Program.cs': program })).toEqual([
      'api_endpoint ANY Home/Index a.cs:4',
      'api_endpoint POST Home/Edit/{id?} a.cs:5',
      'api_endpoint ANY Admin/Users/List a.cs:8',
    ]);
  });

  it('finds none in what is no controller or no action', async () => {
    const found = await endpointsOf(`
// [Route("c")] public class CController { [HttpGet] public int Get() => 1; }
[Route("n"), NonController] public class NController { [HttpGet] public int Get() => 1; }
[Route("a")] public abstract class AController { [HttpGet] public int Get() => 1; }
[Route("s")] public class Service { [HttpGet] public int Get() => 1; }
[Route("x")] public class XController : ControllerBase {
    [NonAction] public int Help() => 1;
    [HttpGet] private int Hidden() => 1;
    [HttpGet] public static int Shared() => 1;
    [HttpGet] public T Generic<T>() => default;
    public int Property { get; set; }
    public XController() { }
}`);
    expect(found).toEqual([]);
  });

  it('joins an endpoint with its action', async () => {
    const result = await scanFiles({
      'a.cs': `[Route("a")]
public class AController {
    private readonly Service service;
    [HttpGet]
    public int Get() => service.Load();
}
public class Service { public int Load() { System.IO.File.ReadAllText("x"); return 1; } }`,
    });
    expect(edgesOf(result, 'handles')).toEqual(['a.cs:4 -> a.cs:5 certain']);
    expect(result.workflows.map((workflow) => workflow.entry)).toEqual(
      result.nodes.filter((node) => node.kind === 'api_endpoint').map((node) => node.id),
    );
  });

  it('is not certain of routes on a group that nothing scanned passes in', async () => {
    const result = await scanFiles({
      'a.cs': `using Microsoft.AspNetCore.Routing;
public static class Known { public static void Map(this RouteGroupBuilder g) { g.MapGet("a", () => 1); } }
public static class Unknown { public static void Map(this RouteGroupBuilder g, int x) { g.MapGet("b", () => 1); } }
public class Use { public void Go(IEndpointRouteBuilder app) { Known.Map(app.MapGroup("known")); } }
public class Client(HttpClient http) { public Task A() => http.GetAsync("known/a"); public Task B() => http.GetAsync("b"); }`,
    });
    const endpoints = result.nodes.filter(({ kind }) => kind === 'api_endpoint');
    expect(endpoints.map(({ target, confidence }) => `${target} ${confidence}`)).toEqual([
      'known/a likely',
      'b likely',
    ]);
    expect(edgesOf(result, 'requests')).toEqual(['a.cs:5 -> a.cs:2 likely', 'a.cs:5 -> a.cs:3 likely']);
  });
});
