import * as vscode from 'vscode';
import { category, type CommandId } from '../shared/ids';
import type { RunState } from '../shared/runState';
import type { EngineClient } from './engineClient/engineClient';
import type { Jobs } from './runs/jobs';
import { onSetting, setting } from './settings';
import { statusText } from './statusText';

/** The one item of the status bar; a click shows the run. */
export class StatusBar implements vscode.Disposable {
  private readonly item: vscode.StatusBarItem;
  private readonly subscriptions: readonly { dispose(): void }[];
  private device: RunState['device'];

  constructor(
    private readonly engine: Pick<EngineClient, 'state' | 'onState'>,
    private readonly jobs: Jobs,
  ) {
    this.item = vscode.window.createStatusBarItem('adapterLab', vscode.StatusBarAlignment.Left);
    this.item.name = category;
    this.item.command = 'adapterLab.showAllocationMap' satisfies CommandId;
    this.subscriptions = [
      this.item,
      engine.onState(() => this.draw()),
      jobs.onChange((job) => {
        this.device = job?.state.device ?? this.device;
        this.draw();
      }),
      onSetting(['device'], () => {
        // The device of an earlier run says nothing of the one that was just chosen.
        this.device = undefined;
        this.draw();
      }),
    ];
    this.draw();
    this.item.show();
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private draw(): void {
    const { text, tooltip } = statusText(this.engine.state, this.jobs.active, this.device, setting('device'));
    this.item.text = text;
    this.item.tooltip = tooltip;
    this.item.accessibilityInformation = {
      label: `${category}: ${text.replace(/\$\([^)]*\)\s*/, '')}`,
    };
  }
}
