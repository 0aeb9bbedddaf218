/** Forms of English nouns that follow no rule. */
const IRREGULAR: Readonly<Record<string, string>> = {
  person: 'people',
  child: 'children',
  man: 'men',
  woman: 'women',
  mouse: 'mice',
  foot: 'feet',
  tooth: 'teeth',
  goose: 'geese',
  datum: 'data',
  index: 'indices',
};

/** The plural of a name in PascalCase: its last word is put into the plural (`OrderLine` becomes `OrderLines`). */
export function pluralize(name: string): string {
  const found = /^(.*?)([A-Z]?[a-z0-9]*)$/.exec(name);
  const head = found?.[1] ?? '';
  const word = found?.[2] ?? name;
  const irregular = IRREGULAR[word.toLowerCase()];
  if (irregular !== undefined) return head + (word[0] ?? '') + irregular.slice(1);
  if (/[^aeiou]y$/i.test(word)) return `${name.slice(0, -1)}ies`;
  if (/(s|x|z|ch|sh)$/i.test(word)) return `${name}es`;
  return `${name}s`;
}
