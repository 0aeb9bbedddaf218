import { joinRoute } from '../routes.ts';

/** Values for the tokens of a route template. */
export interface RouteTokens {
  controller: string;
  action: string;
  area: string;
  /** Versions of the API the action serves, as written: `1.0`. */
  versions: readonly string[];
}

/**
 * Joins a controller's template with that of an action. A template that begins with `/` or `~/` stands alone.
 * (ASP.NET Core, AttributeRouteModel.CombineTemplates)
 */
export function combineTemplates(controller: string | undefined, action: string | undefined): string | undefined {
  if (action !== undefined && /^~?\//.test(action)) return joinRoute('', action.replace(/^~/, ''));
  if (controller === undefined && action === undefined) return undefined;
  return joinRoute((controller ?? '').replace(/^~/, ''), action ?? '');
}

/** Puts in the values of `[controller]`, `[action]` and `[area]`; `[[` and `]]` stand for a bracket. */
export function replaceTokens(template: string, tokens: RouteTokens): string {
  return template
    .replace(/\[\[|\]\]|\[(controller|action|area)\]/gi, (found, token: string | undefined) => {
      if (token === undefined) return found === '[[' ? '\u0001' : '\u0002';
      return tokens[token.toLowerCase() as 'controller' | 'action' | 'area'];
    })
    .replaceAll('\u0001', '[')
    .replaceAll('\u0002', ']');
}

/** Writes parameters without their constraints and defaults: `{id:int}` as `{id}`, `{page=1}` as `{page?}`. */
export function plainParameters(template: string): string {
  return mapParameters(template, (parameter) => {
    const name = /^\**[\w.-]+/.exec(parameter)?.[0] ?? parameter;
    const optional = parameter.endsWith('?') || /^[^(]*=/.test(parameter);
    return `{${name}${optional && !name.startsWith('*') ? '?' : ''}}`;
  });
}

/** The template with `{version:apiVersion}` replaced by a version; the template itself when it has none. */
export function withVersion(template: string, version: string): string {
  return mapParameters(template, (parameter) => (/^\w+:apiVersion\b/i.test(parameter) ? version : `{${parameter}}`));
}

/** The ways in which a version is written in a URL: `1.0` also as `1`. */
export function versionSpellings(version: string): string[] {
  const short = version.replace(/\.0$/, '');
  return short === version ? [version] : [short, version];
}

/** Rewrites every `{parameter}`; constraints may contain braces, which are doubled there, and parentheses. */
function mapParameters(template: string, map: (parameter: string) => string): string {
  let result = '';
  for (let at = 0; at < template.length; at++) {
    if (template[at] !== '{') {
      result += template[at];
      continue;
    }
    const end = parameterEnd(template, at);
    if (end < 0) return result + template.slice(at);
    result += map(template.slice(at + 1, end));
    at = end;
  }
  return result;
}

/** Index of the brace that closes the parameter opened at `start`, -1 when there is none. */
function parameterEnd(template: string, start: number): number {
  for (let at = start + 1; at < template.length; at++) {
    const doubled = template[at + 1] === template[at];
    if ((template[at] === '{' || template[at] === '}') && doubled) at++;
    else if (template[at] === '}') return at;
  }
  return -1;
}
