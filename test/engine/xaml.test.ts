import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Tree, TreeBuilder } from '#engine/lower/tree.ts';
import { lowerXaml } from '#engine/lower/xaml.ts';
import { readXamlValue } from '#engine/lower/xamlMarkup.ts';
import type { EngineResult } from '#engine/scan.ts';
import { edgesOf, operationsOf, scanFiles } from '../support/scanFiles.ts';

const WPF =
  'xmlns="http://schemas.microsoft.com/winfx/2006/xaml/presentation" xmlns:x="http://schemas.microsoft.com/winfx/2006/xaml"';
const MAUI =
  'xmlns="http://schemas.microsoft.com/dotnet/2021/maui" xmlns:x="http://schemas.microsoft.com/winfx/2009/xaml"';
const MODELS = 'xmlns:vm="clr-namespace:Shop.ViewModels"';
const DESIGN = 'xmlns:d="http://schemas.microsoft.com/expression/blend/2008"';

/** `Click Save_Click:3 -> MainWindow.Save_Click certain` for every action; `!reason` where it is unresolved. */
function actionsOf(result: EngineResult): string[] {
  const nodes = new Map(result.nodes.map((node) => [node.id, node]));
  return result.nodes
    .filter((node) => node.kind === 'ui_action')
    .map((node) => {
      const handlers = result.edges
        .filter((edge) => edge.source === node.id && edge.kind === 'handles')
        .map((edge) => `${nodes.get(edge.target)?.name} ${edge.confidence}`);
      const reason = result.unresolved.find((item) => item.node === node.id)?.reason;
      return `${node.name}:${node.start_line} -> ${handlers.join(', ')}${reason === undefined ? '' : `!${reason}`}`;
    });
}

/** A view model in namespace Shop.ViewModels. */
function viewModel(body: string, name = 'OrdersViewModel'): string {
  return `namespace Shop.ViewModels;\npublic partial class ${name} : ObservableObject\n{\n${body}\n}\n`;
}

/** A page with the buttons given, its root bound to OrdersViewModel. */
function bound(buttons: string, context = '<Window.DataContext><vm:OrdersViewModel/></Window.DataContext>'): string {
  return `<Window x:Class="Shop.OrdersWindow" ${WPF} ${MODELS} ${DESIGN}>\n${context}\n<StackPanel>\n${buttons}\n</StackPanel></Window>`;
}

const button = (binding: string): string => `<Button Command="${binding}"/>`;

async function commandOf(binding: string, body: string): Promise<string[]> {
  return actionsOf(await scanFiles({ 'a.xaml': bound(button(binding)), 'vm.cs': viewModel(body) }));
}

describe('events handled in code behind', () => {
  const behind = `namespace Shop;
public partial class MainWindow : Window
{
    public MainWindow() { InitializeComponent(); }
    private void Save_Click(object sender, RoutedEventArgs e) { File.WriteAllText("a.txt", ""); }
    private void OnRow(object sender, MouseButtonEventArgs e) { }
    private void Window_Loaded(object sender, RoutedEventArgs e) { }
    private void Center() { }
}`;
  const page = `<?xml version="1.0"?>
<Window x:Class="Shop.MainWindow" ${WPF}
        Loaded="Window_Loaded">
  <StackPanel HorizontalAlignment="Center">
    <Button Content="Save_Click"
            Click="Save_Click"/>
    <!-- <Button Click="Save_Click"/> -->
    <Button Click="Missing_Click" Tag="Save_Click" x:Name="Save_Click"/>
    <DataGrid><DataGrid.RowStyle><Style><EventSetter Event="MouseDoubleClick" Handler="OnRow"/></Style></DataGrid.RowStyle></DataGrid>
  </StackPanel>
</Window>`;

  it('are actions with the handler; other attributes with a method as text are not', async () => {
    const result = await scanFiles({ 'MainWindow.xaml': page, 'MainWindow.xaml.cs': behind });
    expect(actionsOf(result)).toEqual([
      'Loaded Window_Loaded:3 -> MainWindow.Window_Loaded certain',
      'Click Save_Click:6 -> MainWindow.Save_Click certain',
      'MouseDoubleClick OnRow:9 -> MainWindow.OnRow certain',
    ]);
    expect(result.workflows.find((workflow) => workflow.name.startsWith('Save'))?.steps).toHaveLength(3);
  });

  it('span the attribute alone', async () => {
    const result = await scanFiles({ 'MainWindow.xaml': page, 'MainWindow.xaml.cs': behind });
    const action = result.nodes.find((node) => node.kind === 'ui_action' && node.target === 'Save_Click');
    expect(action).toMatchObject({ start_line: 6, start_column: 13, end_line: 6, end_column: 31, provider: 'WPF' });
  });

  it('belong to a page that runs the constructor and the Loaded handler', async () => {
    const result = await scanFiles({ 'MainWindow.xaml': page, 'MainWindow.xaml.cs': behind });
    const shown = result.nodes.find((node) => node.kind === 'ui_page');
    expect(shown).toMatchObject({ target: 'MainWindow', start_line: 2 });
    const run = result.edges
      .filter((edge) => edge.source === shown?.id)
      .map((edge) => result.nodes.find((node) => node.id === edge.target)?.start_line);
    expect(run).toEqual(expect.arrayContaining([4, 7]));
  });

  it('of App.xaml and of resource dictionaries are none', async () => {
    const result = await scanFiles({
      'App.xaml': `<Application x:Class="Shop.App" ${WPF} Startup="App_Startup"/>`,
      'App.xaml.cs':
        'namespace Shop; public partial class App : Application { void App_Startup(object s, StartupEventArgs e) { } }',
      'Theme.xaml': `<ResourceDictionary ${WPF}><Style><EventSetter Event="Click" Handler="Save_Click"/></Style></ResourceDictionary>`,
    });
    expect(operationsOf(result)).toEqual([]);
  });
});

describe('commands of view models', () => {
  it.each([
    ['[RelayCommand] private async Task SaveAsync() { }', 'Command SaveAsync:4 -> OrdersViewModel.SaveAsync certain'],
    ['[RelayCommand] private void OnSave() { }', 'Command OnSave:4 -> OrdersViewModel.OnSave certain'],
    ['public ICommand SaveCommand { get; } = new RelayCommand(null);', 'Command SaveCommand:4 -> !no_handler_found'],
    [
      'public ICommand SaveCommand { get; }\npublic OrdersViewModel() { SaveCommand = new DelegateCommand(Save, CanSave).ObservesProperty(() => Name); }\nvoid Save() { }\nbool CanSave() => true;',
      'Command Save:4 -> OrdersViewModel.Save certain',
    ],
    [
      'private ICommand _save;\npublic ICommand SaveCommand => _save ??= new RelayCommand(async () => await Save(1), canExecute: CanSave);\nTask Save(int a) => null;\nbool CanSave() => true;',
      'Command Save:4 -> OrdersViewModel.Save certain',
    ],
    [
      'private RelayCommand _save;\npublic ICommand SaveCommand { get { if (_save == null) _save = new RelayCommand(p => this.Save()); return _save; } }\nvoid Save() { }',
      'Command Save:4 -> OrdersViewModel.Save certain',
    ],
    [
      'public ReactiveCommand<Unit, Unit> SaveCommand { get; }\npublic OrdersViewModel() { this.SaveCommand = ReactiveCommand.CreateFromTask(Save); }\nTask Save() => null;',
      'Command Save:4 -> OrdersViewModel.Save certain',
    ],
    [
      'public ICommand SaveCommand { get; } = new SaveOrder();\n} public class SaveOrder : ICommand { public bool CanExecute(object p) => true; public void Execute(object p) { }',
      'Command Execute:4 -> SaveOrder.Execute certain',
    ],
    [
      'public ICommand SaveCommand { get; }\npublic OrdersViewModel() { SaveCommand = new RelayCommand(() => { File.Delete("a"); File.Delete("b"); }); }',
      'Command SaveCommand:4 -> OrdersViewModel.inline certain',
    ],
  ])('lead to what runs: %s', async (body, expected) => {
    expect(await commandOf('{Binding SaveCommand}', body)).toEqual([expected]);
  });

  it.each([
    '{Binding Path=SaveCommand, Mode=OneTime}',
    '{Binding DataContext.SaveCommand, ElementName=Root}',
    '{Binding DataContext.SaveCommand, RelativeSource={RelativeSource AncestorType={x:Type StackPanel}}}',
    '{Binding Path=PlacementTarget.DataContext.SaveCommand, RelativeSource={RelativeSource FindAncestor, AncestorType=StackPanel}}',
    '{Binding DataContext.SaveCommand, Source={x:Reference Root}}',
    '{Binding Source={x:Static vm:OrdersViewModel.Instance}, Path=SaveCommand}',
    '{Binding Child.Self.SaveCommand}',
  ])('are found by %s', async (binding) => {
    const body =
      'public static OrdersViewModel Instance { get; }\n[ObservableProperty] private OrdersViewModel _child;\npublic OrdersViewModel Self => this;\n[RelayCommand] void Save() { }';
    const xaml = bound(`<Grid x:Name="Root">${button(binding)}</Grid>`);
    const result = await scanFiles({ 'a.xaml': xaml, 'vm.cs': viewModel(body) });
    expect(actionsOf(result)).toEqual(['Command Save:4 -> OrdersViewModel.Save certain']);
  });

  it('of an interface lead to its only implementation, of several none is picked', async () => {
    const contract = 'namespace Shop.ViewModels; public interface IOrders { ICommand SaveCommand { get; } }';
    const one =
      'namespace Shop.ViewModels; public class A : IOrders { public ICommand SaveCommand => new RelayCommand(Save); void Save() { } }';
    const xaml = bound(button('{Binding SaveCommand}'), '<!-- -->').replace(
      'x:Class',
      'x:DataType="vm:IOrders" x:Class',
    );
    expect(actionsOf(await scanFiles({ 'a.xaml': xaml, 'a.cs': contract, 'b.cs': one }))).toEqual([
      'Command Save:4 -> A.Save certain',
    ]);
    const both = await scanFiles({
      'a.xaml': xaml,
      'a.cs': contract,
      'b.cs': one,
      'c.cs': one.replace('class A', 'class B'),
    });
    expect(actionsOf(both)).toEqual(['Command SaveCommand:4 -> A.Save possible, B.Save possible!ambiguous']);
  });

  it('that a control only passes on are no actions', async () => {
    const xaml = `<UserControl x:Class="Shop.Picker" x:Name="self" ${WPF}>${button('{Binding PickCommand, ElementName=self}')}${button('{TemplateBinding Command}')}</UserControl>`;
    const code =
      'namespace Shop; public partial class Picker : UserControl { public ICommand PickCommand { get => (ICommand)GetValue(PickCommandProperty); set { } } }';
    expect(operationsOf(await scanFiles({ 'a.xaml': xaml, 'a.xaml.cs': code }))).toEqual([]);
  });
});

describe('what a view model makes', () => {
  it('does not run with its constructor, but where a command is executed', async () => {
    const body = `public ICommand SaveCommand { get; }
public ReactiveCommand<Unit, Unit> LoadCommand { get; }
public OrdersViewModel() { SaveCommand = new RelayCommand(() => Save()); LoadCommand = ReactiveCommand.CreateFromTask(Load); }
private void Save() { File.WriteAllText("a", ""); }
private Task Load() { File.ReadAllText("b"); return null; }`;
    const code = `using Shop.ViewModels;
namespace Shop;
public partial class OrdersWindow : Window
{
    private OrdersViewModel Model => (OrdersViewModel)DataContext;
    protected void OnNavigatedTo() { Model.LoadCommand.Execute(null); }
}`;
    const result = await scanFiles({
      'a.xaml': bound(button('{Binding SaveCommand}')),
      'a.xaml.cs': code,
      'vm.cs': viewModel(body),
    });
    expect(edgesOf(result, 'calls').filter((edge) => edge.startsWith('a.xaml.cs'))).toEqual([
      'a.xaml.cs:6 -> vm.cs:8 certain',
    ]);
    const constructor = result.nodes.find(
      (node) => node.kind === 'function' && node.name === 'OrdersViewModel.OrdersViewModel',
    );
    expect(result.edges.filter((edge) => edge.source === constructor?.id && edge.kind === 'calls')).toEqual([]);
  });
});

describe('data contexts', () => {
  const save = viewModel('[RelayCommand] void Save() { }');
  const none = '<!-- no context -->';
  const window = (body: string): string =>
    `using Shop.ViewModels;\nnamespace Shop;\npublic partial class OrdersWindow : Window {\n${body}\n}`;

  it.each([
    ['public OrdersWindow() { DataContext = new OrdersViewModel(); }', 'certain'],
    ['public OrdersWindow(OrdersViewModel model) { this.DataContext = model; }', 'certain'],
    ['public OrdersWindow() { DataContext = Ioc.Default.GetRequiredService<OrdersViewModel>(); }', 'certain'],
    ['', 'likely'],
  ])('come from code behind, else from the name: %s', async (body, confidence) => {
    const result = await scanFiles({
      'a.xaml': bound(button('{Binding SaveCommand}'), none),
      'a.xaml.cs': window(body),
      'vm.cs': save,
    });
    expect(actionsOf(result)).toEqual([`Command Save:4 -> OrdersViewModel.Save ${confidence}`]);
  });

  it('are not guessed from a name that two view models bear', async () => {
    const other = save.replace('Shop.ViewModels', 'Shop.Old');
    const one = save.replace('Shop.ViewModels', 'Shop.New');
    const result = await scanFiles({
      'a.xaml': bound(button('{Binding SaveCommand}'), none),
      'vm.cs': one,
      'old.cs': other,
    });
    expect(actionsOf(result)).toEqual(['Command SaveCommand:4 -> !unknown_receiver']);
  });

  it('of a name are taken from the namespace beside the view before others', async () => {
    const other = save.replace('Shop.ViewModels', 'Shop.Old');
    const wired = bound(button('{Binding SaveCommand}'), none).replace(
      'x:Class',
      'xmlns:prism="http://prismlibrary.com/" prism:ViewModelLocator.AutoWireViewModel="True" x:Class',
    );
    const files = { 'vm.cs': save, 'old.cs': other };
    const plain = await scanFiles({ 'a.xaml': bound(button('{Binding SaveCommand}'), none), ...files });
    expect(actionsOf(plain)).toEqual(['Command Save:4 -> OrdersViewModel.Save likely']);
    expect(actionsOf(await scanFiles({ 'a.xaml': wired, ...files }))).toEqual([
      'Command Save:4 -> OrdersViewModel.Save certain',
    ]);
  });

  it('change inside templates, and are unknown where a template does not say', async () => {
    const rows = viewModel('[RelayCommand] void Delete() { }', 'Row');
    const orders = viewModel(
      'public ObservableCollection<Row> Rows { get; }\npublic object Things { get; }\n[RelayCommand] void Delete() { }',
    );
    const remove = button('{Binding DeleteCommand}');
    const xaml = bound(
      [
        `<ListBox><ListBox.Resources><DataTemplate DataType="{x:Type vm:Row}">${remove}</DataTemplate></ListBox.Resources></ListBox>`,
        `<ListBox ItemsSource="{Binding Rows}"><ListBox.ItemTemplate><DataTemplate>${remove}</DataTemplate></ListBox.ItemTemplate></ListBox>`,
        `<ListBox ItemsSource="{Binding Things}"><ListBox.ItemTemplate><DataTemplate>${remove}</DataTemplate></ListBox.ItemTemplate></ListBox>`,
        `<ContentControl DataContext="{Binding Missing}">${remove}</ContentControl>`,
        remove,
      ].join('\n'),
    );
    expect(actionsOf(await scanFiles({ 'a.xaml': xaml, 'row.cs': rows, 'vm.cs': orders }))).toEqual([
      'Command Delete:4 -> Row.Delete certain',
      'Command Delete:5 -> Row.Delete certain',
      'Command DeleteCommand:6 -> !unknown_receiver',
      'Command DeleteCommand:7 -> !unknown_receiver',
      'Command Delete:8 -> OrdersViewModel.Delete certain',
    ]);
  });

  it('come from the design instance, from a locator, or from where a control is used', async () => {
    const control = (name: string, attributes: string): string =>
      `<UserControl x:Class="Shop.${name}" ${WPF} ${MODELS} ${DESIGN} ${attributes}>${button('{Binding SaveCommand}')}</UserControl>`;
    const files = {
      'App.xaml': `<Application x:Class="Shop.App" ${WPF} ${MODELS}><Application.Resources><vm:Locator x:Key="Locator"/></Application.Resources></Application>`,
      'A.xaml': control(
        'First',
        'd:DataContext="{d:DesignInstance Type=vm:OrdersViewModel, IsDesignTimeCreatable=True}"',
      ),
      'B.xaml': control('Second', 'DataContext="{Binding Orders, Source={StaticResource Locator}}"'),
      'C.xaml': control('Third', ''),
      'D.xaml': `<ResourceDictionary ${WPF} ${MODELS} xmlns:v="clr-namespace:Shop"><DataTemplate DataType="{x:Type vm:OrdersViewModel}"><v:Third/></DataTemplate></ResourceDictionary>`,
      'code.cs':
        'namespace Shop; public partial class First : UserControl { } public partial class Second : UserControl { } public partial class Third : UserControl { }',
      'locator.cs':
        'namespace Shop.ViewModels; public class Locator { public OrdersViewModel Orders => ServiceLocator.Get<OrdersViewModel>(); }',
      'vm.cs': save,
    };
    expect(actionsOf(await scanFiles(files))).toEqual([
      'Command Save:1 -> OrdersViewModel.Save likely',
      'Command Save:1 -> OrdersViewModel.Save certain',
      'Command Save:1 -> OrdersViewModel.Save certain',
    ]);
  });
});

describe('MAUI pages', () => {
  const page = `<ContentPage x:Class="Shop.OrdersPage" ${MAUI} ${MODELS} x:DataType="vm:OrdersViewModel">
  <CollectionView ItemsSource="{Binding Rows}">
    <CollectionView.ItemTemplate>
      <DataTemplate x:DataType="vm:Row">
        <Grid><Grid.GestureRecognizers>
          <TapGestureRecognizer Command="{Binding Source={RelativeSource AncestorType={x:Type vm:OrdersViewModel}}, Path=OpenCommand}"/>
        </Grid.GestureRecognizers></Grid>
      </DataTemplate>
    </CollectionView.ItemTemplate>
  </CollectionView>
  <Button Clicked="OnClicked"/>
</ContentPage>`;
  const code = `using Shop.ViewModels;
namespace Shop;
public partial class OrdersPage : ContentPage
{
    protected override void OnAppearing() { }
    private async void OnClicked(object sender, EventArgs e) { await Shell.Current.GoToAsync($"details?id={1}"); await Navigation.PushAsync(new DetailsPage()); }
}
public class Routes { public void Register() { Routing.RegisterRoute("details", typeof(DetailsPage)); } }`;
  const model =
    viewModel('public List<Row> Rows { get; }\n[RelayCommand] Task OpenAsync(Row row) => null;') +
    'public class Row { }';

  it('have actions through ancestors, and navigate to registered pages', async () => {
    const details = `<ContentPage x:Class="Shop.DetailsPage" ${MAUI}/>`;
    const result = await scanFiles({
      'OrdersPage.xaml': page,
      'OrdersPage.xaml.cs': code,
      'vm.cs': model,
      'DetailsPage.xaml': details,
      'DetailsPage.xaml.cs':
        'namespace Shop; public partial class DetailsPage : ContentPage { public DetailsPage() { } }',
    });
    expect(actionsOf(result)).toEqual([
      'Command OpenAsync:6 -> OrdersViewModel.OpenAsync certain',
      'Clicked OnClicked:11 -> OrdersPage.OnClicked certain',
    ]);
    const navigation = result.edges.filter((edge) => edge.kind === 'navigates');
    expect(navigation.map((edge) => result.nodes.find((node) => node.id === edge.target)?.target)).toEqual([
      'DetailsPage',
    ]);
    expect(result.nodes.find((node) => node.target === 'OrdersPage')?.provider).toBe('MAUI');
  });
});

describe('reading XAML', () => {
  it('takes markup extensions apart', () => {
    const { extension } = readXamlValue(
      "{Binding Path=A.B, Source={RelativeSource AncestorType={x:Type v:C}}, StringFormat='a, {0}'}",
    );
    expect(extension?.name).toBe('Binding');
    expect(extension?.named.get('Path')?.text).toBe('A.B');
    expect(extension?.named.get('Source')?.extension?.named.get('AncestorType')?.extension?.positional[0]?.text).toBe(
      'v:C',
    );
    expect(readXamlValue('{}{0} items').extension).toBeUndefined();
  });

  it('throws for no text', () => {
    const piece = fc.constantFrom(
      '<A ',
      'x:Class="',
      '"',
      '>',
      '</A>',
      '/>',
      '{Binding ',
      '}',
      '{',
      'Click="a_b"',
      '<![CDATA[',
      '<!--',
      '&#1234567;',
      '<A.B>',
      '=',
      '\n',
      "Command='{Binding X, RelativeSource={RelativeSource Self}}'",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const builder = new TreeBuilder();
        const tree = Tree.of(builder.finish(lowerXaml(pieces.join(''), builder)));
        expect(tree.root).toBeGreaterThan(0);
      }),
      { numRuns: 300 },
    );
  });

  it('survives deep nesting', () => {
    const builder = new TreeBuilder();
    lowerXaml('<A Click="a_b">'.repeat(5000), builder);
    expect(readXamlValue('{B '.repeat(500) + '}'.repeat(500)).extension?.name).toBe('B');
  });
});
