const HTML =
  'a abbr acronym address applet area article aside audio b base basefont bdi bdo bgsound big blink blockquote body br ' +
  'button canvas caption center cite code col colgroup command content data datalist dd del details dfn dialog dir div ' +
  'dl dt element em embed fencedframe fieldset figcaption figure font footer form frame frameset geolocation h1 h2 h3 ' +
  'h4 h5 h6 head header hgroup hr html i iframe image img input ins isindex kbd keygen label legend li link listing ' +
  'main map mark marquee math menu menuitem meta meter nav nobr noembed noframes noscript object ol optgroup option ' +
  'output p param picture plaintext portal pre progress q rb rp rt rtc ruby s samp script search section select ' +
  'selectedcontent shadow slot small source spacer span strike strong style sub summary sup svg table tbody td ' +
  'template textarea tfoot th thead time title tr track tt u ul var video wbr xmp';

/** Names with a dash that are no components: of SVG and MathML, and Angular's own. */
const NO_COMPONENTS = new Set([
  'annotation-xml',
  'color-profile',
  'font-face',
  'font-face-format',
  'font-face-name',
  'font-face-src',
  'font-face-uri',
  'missing-glyph',
  'ng-container',
  'ng-content',
  'ng-template',
]);

const HTML_ELEMENTS = new Set(HTML.split(' '));

/**
 * Whether a tag may be an own component: one with a dash, or one that is no HTML element. Tags of SVG and MathML come
 * from the parser as `:svg:rect`.
 */
export function isComponentTag(tag: string): boolean {
  const name = tag.slice(tag.lastIndexOf(':') + 1);
  if (name.includes('-')) return !NO_COMPONENTS.has(name.toLowerCase());
  return !tag.startsWith(':') && !HTML_ELEMENTS.has(name.toLowerCase());
}
