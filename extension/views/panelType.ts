/** Identifies Pinata's panel to VS Code, also over a reload of the window. */
export const PANEL_TYPE = 'pinata.panel';
