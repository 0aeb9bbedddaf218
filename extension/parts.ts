/**
 * Everything that is not needed before the first command, the first results or a look at the view. It is a bundle of its
 * own, loaded at the first use (`loadParts`): what VS Code compiles at activation is small.
 */
export * as languageModelTools from './ai/languageModelTools.ts';
export * as codeCommands from './commands/codeCommands.ts';
export * as resultCommands from './commands/resultCommands.ts';
export * as scanCommands from './commands/scanCommands.ts';
export * as serverCommands from './commands/serverCommands.ts';
export * as treeCommands from './commands/treeCommands.ts';
export * as editorFeatures from './editor/features.ts';
export * as services from './services.ts';
export * as createPanel from './views/createPanel.ts';
export * as openCode from './views/openCode.ts';
export * as treeRows from './views/treeRows.ts';
