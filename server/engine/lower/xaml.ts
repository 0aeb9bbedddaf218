import { type Ast, parseXml } from 'angular-html-parser';
import { elementsOf, withoutPitfalls } from './angularTemplate.ts';
import { attributeValue, TextPositions } from './templateSource.ts';
import { Kind, type TreeBuilder } from './tree.ts';
import { XamlBindings } from './xamlBindings.ts';
import { localName, readXamlValue, type XamlValue } from './xamlMarkup.ts';
import { plainName, XamlTypes } from './xamlTypes.ts';

/** Nesting beyond which nothing more is lowered. */
const MAX_DEPTH = 400;
const BARE_NAME = /^[A-Za-z_]\w*$/;
/** How events are named in WPF, WinUI, MAUI and Avalonia; `IsChecked` and the like are properties. */
const EVENT = new RegExp(
  '^(?!Is[A-Z]|Can[A-Z]).*(?:Click|Clicked|Tapped|Tap|Holding|Changed|Changing|Loaded|Loading|Initialized|Closing|Closed|Opened|' +
    'Opening|Activated|Deactivated|Checked|Unchecked|Indeterminate|Expanded|Expanding|Collapsed|Selected|Unselected|' +
    'Enter|Entered|Leave|Exited|Down|Up|Move|Moved|Wheel|Focus|Focused|Unfocused|Executed|TextInput|Drop|DragOver|' +
    'DragStarting|DragStarted|DragDelta|DragCompleted|Completed|Pressed|Released|Toggled|Navigated|Navigating|' +
    'Navigate|Appearing|Disappearing|Invoked|Requested|Submitted|Scrolled|Refreshing|Started|Delta|Ended|Failed|' +
    'Swiped|Tick|Raised|Sorting|Sorted|Editing|Edited|AutoGeneratingColumn|InitializingNewItem|Chosen|Finished|' +
    'Updated|Created|Error|Rendered|Reached|Dropped|Dismissed|Startup|Exit|DispatcherUnhandledException)$',
);
/** How handlers of own controls are named, whose events may have any name: `Save_Click`, `OnSave`. */
const HANDLER_NAME = /_|^On[A-Z]|^Handle[A-Z]|Handler$/;
const COMMAND = /Command$/;
const NO_EVENT =
  /^(?:x:.*|xmlns.*|mc:.*|d:.*|Name|Title|Style|Tag|Key|Uid|CommandParameter|Content|Header|Text|ToolTip|Placeholder\w*)$/;
const DATA_TEMPLATE = /^(?:DataTemplate|HierarchicalDataTemplate|TreeDataTemplate|ItemContainerTemplate)$/;
/** Elements whose content is used elsewhere: what it is bound to cannot be read off where it stands. */
const DETACHED =
  /^(?:Style|ControlTemplate|ResourceDictionary|ControlTheme|Styles)$|\.(?:Resources|MergedDictionaries)$/;

/** A part of a page that has one data context; the linker reads what it is from its bindings. */
interface XamlScope {
  /** Lowered children. */
  children: number[];
}

/** An element that encloses the one being lowered. */
export interface XamlAncestor {
  element: Ast.Element;
  /** Tag without its prefix. */
  tag: string;
  scope: XamlScope;
  /** Name by which bindings refer to it; given when it is first referred to. */
  name: string | undefined;
}

/**
 * Lowers a XAML file to one UiTemplate. It holds a TemplateUse of the root element, TemplateEvents, and a List for
 * every element that changes the data context; such a List begins with TemplateBindings that say to what:
 * `DataContext`, `x:DataType`, `d:DataContext` (design time). `x:Name` and `x:Key` bindings say what names mean.
 * Bindings are written as member accesses on the Identifier `DataContext`, on `This` (`x:Bind`), on an Identifier
 * `#name` for an element, on `Resources[key]`, or on a TypeRef.
 */
export function lowerXaml(text: string, builder: TreeBuilder): number {
  const positions = new TextPositions(text, { line: 1, column: 1 });
  const { rootNodes } = parseXml(withoutPitfalls(text));
  const root = rootNodes.find((node) => node.kind === 'element');
  const children = root === undefined ? [] : [new XamlLowering(text, builder, positions).lower(root)];
  return builder.node(Kind.File, 0, positions.packed(0), positions.packed(text.length), '', children);
}

class XamlLowering {
  readonly #text: string;
  readonly #builder: TreeBuilder;
  readonly #positions: TextPositions;
  readonly #types = new XamlTypes();
  readonly #bindings: XamlBindings;

  constructor(text: string, builder: TreeBuilder, positions: TextPositions) {
    this.#text = text;
    this.#builder = builder;
    this.#positions = positions;
    this.#bindings = new XamlBindings(builder, this.#types);
  }

  lower(root: Ast.Element): number {
    for (const element of elementsOf([root])) this.#types.declare(element);
    const scope: XamlScope = { children: [] };
    scope.children.push(this.#node(Kind.TemplateUse, root.startSourceSpan, plainName(root.name), []));
    scope.children.push(this.#binding('xmlns', root, this.#string(root.startSourceSpan, this.#framework())));
    this.#visit(root, scope, []);
    return this.#node(Kind.UiTemplate, root.sourceSpan, attributeOf(root, 'x:Class')?.value ?? '', scope.children);
  }

  #framework(): string {
    const namespace = this.#types.defaultNamespace;
    if (namespace.includes('maui')) return 'MAUI';
    if (namespace.includes('xamarin')) return 'Xamarin.Forms';
    if (namespace.includes('avalonia')) return 'Avalonia';
    return this.#types.hasUsings ? 'WinUI' : 'WPF';
  }

  #visit(element: Ast.Element, outer: XamlScope, ancestors: readonly XamlAncestor[]): void {
    if (ancestors.length >= MAX_DEPTH) return;
    const scope: XamlScope = ancestors.length === 0 ? outer : { children: [] };
    const tag = localName(plainName(element.name));
    const self: XamlAncestor = { element, tag, scope, name: attributeOf(element, 'x:Name', 'Name')?.value };
    const path = [...ancestors, self];
    const contexts = this.#contextsOf(self, path);
    const opensScope = contexts.length > 0 && ancestors.length > 0;
    scope.children.push(...contexts);
    if (!opensScope) self.scope = outer;
    if (attributeOf(element, 'x:Name', 'Name') !== undefined) this.#nameElement(self, self.name ?? '');
    this.#addResource(element, self.scope);
    if (ancestors.length > 0) this.#addUse(element, self.scope);
    for (const attribute of element.attrs) this.#visitAttribute(self, attribute, path);
    for (const child of element.children) {
      if (child.kind !== 'element') continue;
      this.#addCommandElement(self, child, path);
      this.#visit(child, self.scope, path);
    }
    if (opensScope && scope.children.length > contexts.length) {
      outer.children.push(this.#node(Kind.List, element.sourceSpan, '', scope.children));
    }
  }

  #nameElement(ancestor: XamlAncestor, name: string): void {
    const { element } = ancestor;
    ancestor.scope.children.push(this.#binding('x:Name', element, this.#string(element.startSourceSpan, name)));
  }

  /** An element of the scanned code's own may be a view that takes its data context from here. */
  #addUse(element: Ast.Element, scope: XamlScope): void {
    const name = plainName(element.name);
    if (this.#types.clrNamespace(name) === undefined || name.includes('.')) return;
    scope.children.push(this.#node(Kind.TemplateUse, element.startSourceSpan, this.#types.qualified(name), []));
  }

  /** `<vm:Locator x:Key="Locator"/>`: an object that bindings name as their source. */
  #addResource(element: Ast.Element, scope: XamlScope): void {
    const key = attributeOf(element, 'x:Key')?.value;
    if (key === undefined || this.#types.clrNamespace(plainName(element.name)) === undefined) return;
    const created = this.#created(element);
    const property = this.#node(Kind.Property, element.startSourceSpan, key, [created, 0]);
    scope.children.push(this.#binding('x:Key', element, property));
  }

  /** `New` of the type an element is of. */
  #created(element: Ast.Element): number {
    const span = element.startSourceSpan;
    const type = this.#node(Kind.TypeRef, span, this.#types.qualified(plainName(element.name)), []);
    return this.#node(Kind.New, span, '', [type, this.#node(Kind.List, span, '', []), 0]);
  }

  /** The bindings that say what the data context of an element and all in it is; a binding to 0 says: unknown. */
  #contextsOf({ element, tag }: XamlAncestor, path: readonly XamlAncestor[]): number[] {
    const contexts: number[] = [];
    if (DATA_TEMPLATE.test(tag)) contexts.push(this.#templateContext(element, path.slice(0, -1)));
    else if (path.length > 1 && DETACHED.test(tag)) contexts.push(this.#binding('DataContext', element, 0));
    for (const attribute of element.attrs) {
      const name = plainName(attribute.name);
      const known = /^(?:DataContext|BindingContext|d:DataContext|d:BindingContext|x:DataType)$/.test(name);
      if (!known || (name === 'x:DataType' && DATA_TEMPLATE.test(tag))) continue;
      const value = this.#valueOf(attribute);
      const isType = name === 'x:DataType';
      const expression = isType
        ? this.#typeReference(attribute.sourceSpan, this.#types.typeOf(value))
        : this.#bindings.lower(value, this.#spanOf(attribute.sourceSpan), { ancestors: path, name: this.#give });
      const property = isType ? name : name.startsWith('d:') ? 'd:DataContext' : 'DataContext';
      contexts.push(this.#node(Kind.TemplateBinding, attribute.sourceSpan, property, [expression]));
    }
    if (this.#wiresByConvention(element)) contexts.push(this.#binding('ViewModelLocator', element, 0));
    return [...contexts, ...this.#contextElements(element)];
  }

  /** Names an element that a binding refers to by its type. */
  readonly #give = (ancestor: XamlAncestor, name: string): void => this.#nameElement(ancestor, name);

  #wiresByConvention(element: Ast.Element): boolean {
    return element.attrs.some(
      ({ name, value }) => /(?:^|:)ViewModelLocator\.AutoWireViewModel$/.test(plainName(name)) && /^true$/i.test(value),
    );
  }

  /** `<Window.DataContext><vm:X/></Window.DataContext>`, `<Design.DataContext>`. */
  #contextElements(element: Ast.Element): number[] {
    return element.children.flatMap((child) => {
      if (child.kind !== 'element') return [];
      const [, owner] = /(\w+)\.(?:DataContext|BindingContext)$/.exec(plainName(child.name)) ?? [];
      if (owner === undefined) return [];
      const value = child.children.find((inner) => inner.kind === 'element');
      const isType = value !== undefined && this.#types.clrNamespace(plainName(value.name)) !== undefined;
      const property = owner === 'Design' ? 'd:DataContext' : 'DataContext';
      return [this.#binding(property, child, isType ? this.#created(value) : 0)];
    });
  }

  /** A template's context is of its declared type, or an item of what its owner is bound to. */
  #templateContext(element: Ast.Element, ancestors: readonly XamlAncestor[]): number {
    const declared = attributeOf(element, 'x:DataType', 'DataType');
    if (declared !== undefined) {
      const type = this.#types.typeOf(this.#valueOf(declared));
      return this.#binding('DataContext', element, this.#typeReference(declared.sourceSpan, type));
    }
    return this.#binding('DataContext', element, this.#itemOf(ancestors));
  }

  /** `<X ItemsSource="{Binding Items}"><X.ItemTemplate><DataTemplate>`: `Items[0]`. */
  #itemOf(ancestors: readonly XamlAncestor[]): number {
    const owner = ancestors.at(-1)?.tag.endsWith('.ItemTemplate') ? ancestors.at(-2) : undefined;
    const source = owner && attributeOf(owner.element, 'ItemsSource', 'BindableLayout.ItemsSource');
    if (source === undefined) return 0;
    const span = this.#spanOf(source.sourceSpan);
    const items = this.#bindings.lower(this.#valueOf(source), span, {
      ancestors: ancestors.slice(0, -1),
      name: this.#give,
    });
    if (items === 0) return 0;
    const index = this.#builder.node(Kind.Literal, 0, span.start, span.end, '0', []);
    return this.#builder.node(Kind.Index, 0, span.start, span.end, '', [items, index]);
  }

  #visitAttribute(self: XamlAncestor, attribute: Ast.Attribute, path: readonly XamlAncestor[]): void {
    const name = plainName(attribute.name);
    const value = this.#valueOf(attribute);
    const { element } = self;
    const property =
      this.#setterProperty(element, name) ?? name.slice(Math.max(name.lastIndexOf('.'), name.lastIndexOf(':')) + 1);
    const isSetter = /^(?:Setter|EventSetter|CallMethodAction)$/.test(localName(plainName(element.name)));
    if (isSetter && name !== 'Value' && name !== 'Handler' && name !== 'MethodName') return;
    if (/(?:^|:)Message\.Attach$/.test(name)) this.#addActions(self, attribute, value.text);
    else if (value.extension === undefined) this.#addHandler(self, attribute, property, value.text);
    else if (COMMAND.test(property) || EVENT.test(property)) this.#addBound(self, attribute, property, path);
  }

  /** What a `Setter` sets and an `EventSetter` listens to. */
  #setterProperty(element: Ast.Element, attribute: string): string | undefined {
    const tag = localName(plainName(element.name));
    const named =
      tag === 'Setter' && attribute === 'Value'
        ? 'Property'
        : tag === 'EventSetter' && attribute === 'Handler'
          ? 'Event'
          : '';
    const value = named === '' ? undefined : attributeOf(element, named)?.value;
    return value?.slice(value.lastIndexOf('.') + 1);
  }

  #addHandler(self: XamlAncestor, attribute: Ast.Attribute, property: string, value: string): void {
    const isMethod = plainName(attribute.name) === 'MethodName';
    if (!BARE_NAME.test(value) || /^(?:True|False)$/i.test(value)) return;
    if (!isMethod && NO_EVENT.test(plainName(attribute.name))) return;
    const isOwn = this.#types.clrNamespace(plainName(self.element.name)) !== undefined;
    if (!isMethod && !EVENT.test(property) && !(isOwn && HANDLER_NAME.test(value))) return;
    const handler = isMethod
      ? this.#bindings.member('DataContext', value, this.#spanOf(attribute.sourceSpan))
      : this.#node(Kind.Identifier, attribute.sourceSpan, value, []);
    this.#addEvent(self, attribute, isMethod ? 'Invoke' : property, handler);
  }

  /** `Command="{Binding Save}"`, `Click="{x:Bind Save}"`, `Click="{s:Action Save}"`. */
  #addBound(self: XamlAncestor, attribute: Ast.Attribute, property: string, path: readonly XamlAncestor[]): void {
    const value = this.#valueOf(attribute);
    const extension = localName(value.extension?.name ?? '');
    const isEvent = !COMMAND.test(property);
    if (isEvent && extension !== 'Bind' && extension !== 'Action') return;
    const span = this.#spanOf(attribute.sourceSpan);
    const handler = this.#bindings.lower(value, span, { ancestors: path, name: this.#give });
    if (handler !== 0) this.#addEvent(self, attribute, property, handler);
  }

  /** `cal:Message.Attach="[Event Click] = [Action Save($this)]; …"` of Caliburn.Micro. */
  #addActions(self: XamlAncestor, attribute: Ast.Attribute, text: string): void {
    for (const part of text.split(';')) {
      const action = /\[\s*Action\s+(\w+)/.exec(part)?.[1] ?? /^\s*(\w+)\s*(?:\(|$)/.exec(part)?.[1];
      if (action === undefined) continue;
      const event = /\[\s*Event\s+(\w+)/.exec(part)?.[1] ?? 'Click';
      const handler = this.#bindings.member('DataContext', action, this.#spanOf(attribute.sourceSpan));
      this.#addEvent(self, attribute, event, handler);
    }
  }

  /** `<Button.Command><Binding Path="Save"/></Button.Command>`. */
  #addCommandElement(owner: XamlAncestor, element: Ast.Element, path: readonly XamlAncestor[]): void {
    const property = /\.(\w*Command)$/.exec(plainName(element.name))?.[1];
    const binding = element.children.find(
      (child) => child.kind === 'element' && localName(plainName(child.name)) === 'Binding',
    );
    if (property === undefined || binding?.kind !== 'element') return;
    const named = new Map(binding.attrs.map((attribute) => [plainName(attribute.name), this.#valueOf(attribute)]));
    const value = { text: '', extension: { name: 'Binding', positional: [], named } };
    const span = this.#spanOf(binding.startSourceSpan);
    const handler = this.#bindings.lower(value, span, { ancestors: path, name: this.#give });
    if (handler !== 0) this.#addEvent(owner, { sourceSpan: binding.startSourceSpan }, property, handler);
  }

  #addEvent(
    { element, scope }: XamlAncestor,
    at: Pick<Ast.Attribute, 'sourceSpan'>,
    event: string,
    handler: number,
  ): void {
    const tag = this.#node(Kind.Identifier, element.startSourceSpan, plainName(element.name), []);
    scope.children.push(this.#node(Kind.TemplateEvent, at.sourceSpan, event, [handler, tag]));
  }

  #valueOf(attribute: Ast.Attribute): XamlValue {
    const span = attribute.valueSpan;
    if (span === undefined) return { text: '', extension: undefined };
    return readXamlValue(attributeValue(this.#text, span.start.offset, span.end.offset).text);
  }

  #typeReference(span: Ast.Node['sourceSpan'], name: string | undefined): number {
    return name === undefined ? 0 : this.#node(Kind.TypeRef, span, name, []);
  }

  #string(span: Ast.Node['sourceSpan'], text: string): number {
    return this.#node(Kind.String, span, text, []);
  }

  #binding(property: string, element: Ast.Element, expression: number): number {
    return this.#node(Kind.TemplateBinding, element.startSourceSpan, property, [expression]);
  }

  #spanOf(span: Ast.Node['sourceSpan']): { start: number; end: number } {
    return { start: this.#positions.packed(span.start.offset), end: this.#positions.packed(span.end.offset) };
  }

  #node(kind: Kind, span: Ast.Node['sourceSpan'], text: string, children: readonly number[]): number {
    const { start, end } = this.#spanOf(span);
    return this.#builder.node(kind, 0, start, end, text, children);
  }
}

function attributeOf(element: Ast.Element, ...names: string[]): Ast.Attribute | undefined {
  return element.attrs.find((attribute) => names.includes(plainName(attribute.name)));
}
