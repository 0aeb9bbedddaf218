/** Text of the code as Markdown that reads as it stands: no markup, no HTML, no icons, no line breaks. */
export function escaped(text: string): string {
  // VS Code draws `$(name)` as an icon after Markdown was read, unless a backslash stands before it then.
  const withoutIcons = text.replaceAll(/\s+/g, ' ').replaceAll('$(', '\\$(');
  return withoutIcons.replaceAll(/[\\`*_{}[\]()#+\-.!|<>~"]/g, '\\$&').replaceAll('&', '&amp;');
}

/** A link that runs a command of this extension. */
export function commandLink(text: string, command: string, args: unknown[], title: string): string {
  // Parentheses would end the link.
  const encoded = encodeURIComponent(JSON.stringify(args)).replaceAll('(', '%28').replaceAll(')', '%29');
  return `[${escaped(text)}](command:${command}?${encoded} "${escaped(title.replaceAll('"', ''))}")`;
}
