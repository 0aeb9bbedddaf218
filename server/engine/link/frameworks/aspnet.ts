import type { DraftNode } from '../../graph/graphBuilder.ts';
import { attributesOf, attributesOfType, attributeText, findAttribute } from '../attributes.ts';
import { parametersOf } from '../callResolver.ts';
import type { Linker } from '../linker.ts';
import type { FunctionSymbol } from '../symbols.ts';
import { type Controller, controllersOf } from './aspnetControllers.ts';
import { Conventions } from './aspnetConventions.ts';
import {
  combineTemplates,
  plainParameters,
  replaceTokens,
  type RouteTokens,
  versionSpellings,
  withVersion,
} from './aspnetRoutes.ts';
import { actionAttributes, RouteAttributes, type Selector, selectorsOf } from './aspnetSelectors.ts';
import type { Framework } from './framework.ts';

const PARAMETERS = 1;

/** ASP.NET controllers: routes composed of the attributes of classes, bases and actions, or given by convention. */
export const aspnet: Framework = {
  name: 'aspnet',
  link(linker) {
    const finder = new EndpointFinder(linker);
    for (const controller of controllersOf(linker.program)) finder.visit(controller);
  },
};

/** An endpoint while its route is composed. */
interface Endpoint {
  action: FunctionSymbol;
  selector: Selector;
  tokens: RouteTokens;
}

class EndpointFinder {
  readonly #linker: Linker;
  readonly #attributes: RouteAttributes;
  readonly #conventions: Conventions;

  constructor(linker: Linker) {
    this.#linker = linker;
    this.#attributes = new RouteAttributes(linker);
    this.#conventions = new Conventions(linker);
  }

  visit(controller: Controller): void {
    const templates = this.#controllerTemplates(controller);
    for (const action of controller.actions) {
      const attributes = actionAttributes(action, controller.lineage, (all) => this.#attributes.read(all));
      const tokens = this.#tokens(controller, action);
      for (const selector of selectorsOf(attributes)) {
        this.#visitSelector(controller, templates, { action, selector, tokens });
      }
    }
  }

  #visitSelector(controller: Controller, templates: readonly string[], endpoint: Endpoint): void {
    const { selector } = endpoint;
    if (templates.length === 0 && selector.template === undefined) {
      if (controller.derives) this.#addConventional(endpoint);
      return;
    }
    const combined = (templates.length === 0 ? [undefined] : templates).map((template) =>
      combineTemplates(template, selector.template),
    );
    for (const template of new Set(combined)) {
      if (template !== undefined) this.#addAttributeRoute(endpoint, template);
    }
  }

  /** The templates of the first class of the lineage that has any. */
  #controllerTemplates(controller: Controller): string[] {
    for (const type of controller.lineage) {
      const templates = this.#attributes.read(attributesOfType(type)).flatMap(({ template }) => template ?? []);
      if (templates.length > 0) return templates;
    }
    return [];
  }

  #tokens(controller: Controller, action: FunctionSymbol): RouteTokens {
    const { texts } = this.#linker;
    const own = attributesOf(action);
    const inherited = controller.lineage.flatMap(attributesOfType);
    const area = findAttribute(inherited, 'Area', 'RouteArea');
    const actionName = findAttribute(own, 'ActionName');
    const mapped = own.filter((attribute) => attribute.name === 'MapToApiVersion');
    const versions =
      mapped.length > 0 ? mapped : [...own, ...inherited].filter((attribute) => attribute.name === 'ApiVersion');
    return {
      controller: controller.type.name.replace(/Controller$/, ''),
      action: (actionName && attributeText(texts, actionName, 0, 'name')) ?? action.name.replace(/(?<=.)Async$/, ''),
      area: (area && attributeText(texts, area, 0, 'areaName')) ?? '',
      versions: versions.flatMap((attribute) => attributeText(texts, attribute, 0, 'version') ?? []),
    };
  }

  #addAttributeRoute(endpoint: Endpoint, template: string): void {
    const { versions } = endpoint.tokens;
    const spellings = versions.flatMap(versionSpellings).map((version) => withVersion(template, version));
    const routes = [...new Set(versions.length === 1 ? spellings : [template, ...spellings])].map((text) =>
      replaceTokens(plainParameters(text), endpoint.tokens),
    );
    this.#add(endpoint, routes);
  }

  #addConventional(endpoint: Endpoint): void {
    const { action, tokens } = endpoint;
    const { tree } = action.file;
    const parameters = new Set(parametersOf(action).map((node) => tree.text(node).toLowerCase()));
    const match = this.#conventions.routeOf(action.file, tokens, parameters);
    if (match) this.#add(endpoint, [plainParameters(match.route), ...match.shorter.map(plainParameters)]);
  }

  /** @param routes the route that is shown first, then other spellings of it */
  #add(endpoint: Endpoint, routes: readonly string[]): void {
    const { graph, facts } = this.#linker;
    const { action, selector } = endpoint;
    const [target = ''] = routes;
    const node = this.#node(endpoint, target);
    graph.edge({
      source: node,
      target: graph.function(action),
      kind: 'handles',
      rule: node.rule,
      confidence: 'certain',
    });
    for (const route of routes)
      facts.endpoints.push({ node, method: selector.method, route, globalPrefix: '', handlers: [action] });
  }

  /** Spans from the verb attribute, or the action's name where it has none, to the end of the parameter list. */
  #node(endpoint: Endpoint, target: string): DraftNode {
    const { action, selector } = endpoint;
    const { file, node } = action;
    const { tree } = file;
    const isOwn =
      selector.at?.file === file &&
      tree.start(selector.at.node) >= tree.start(node) &&
      tree.start(selector.at.node) < tree.end(node);
    return this.#linker.graph.operation({
      kind: 'api_endpoint',
      at: { file, node },
      start: isOwn && selector.at ? tree.start(selector.at.node) : tree.start(action.nameNode),
      end: tree.end(tree.child(node, PARAMETERS)),
      name: `${selector.method} /${target}`,
      target,
      method: selector.method,
      provider: 'ASP.NET Core',
      rule: selector.at ? 'aspnet.attribute_route' : 'aspnet.conventional_route',
      within: action,
    });
  }
}
