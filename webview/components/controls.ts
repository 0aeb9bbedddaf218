/** The one module that names the control library: replacing it means replacing this file. */
import {
  Dropdown,
  provideVSCodeDesignSystem,
  TextField,
  vsCodeButton,
  vsCodeDropdown,
  vsCodeOption,
  vsCodeProgressRing,
  vsCodeTextField,
} from '@vscode/webview-ui-toolkit';

/** Defines `vscode-button`, `vscode-dropdown`, `vscode-option`, `vscode-progress-ring` and `vscode-text-field`. */
export function registerControls(): void {
  provideVSCodeDesignSystem().register(
    vsCodeButton(),
    vsCodeDropdown(),
    vsCodeOption(),
    vsCodeProgressRing(),
    vsCodeTextField(),
  );
}

/** The value of the field or dropdown an event came from. */
export function controlValue(event: Event): string {
  const control = event.currentTarget;
  return control instanceof TextField || control instanceof Dropdown ? control.value : '';
}

/** Gives a field or dropdown its value, if it has another one. */
export function setControlValue(control: Element, value: string): void {
  if (!(control instanceof TextField || control instanceof Dropdown) || control.value === value) return;
  control.value = value;
}
