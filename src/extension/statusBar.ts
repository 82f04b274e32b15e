import * as vscode from 'vscode';
import { category, commands, type CommandId } from '../shared/ids';
import type { RunState } from '../shared/runState';
import type { EngineClient } from './engineClient/engineClient';
import type { Jobs } from './runs/jobs';
import { chosen, onSetting, setting } from './settings';
import { statusText } from './statusText';

/** The one item of the status bar. A click shows the run that is going on, else what there is to compute on. */
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
    this.subscriptions = [
      this.item,
      engine.onState(() => this.draw()),
      jobs.onChange((job) => {
        this.device = job?.state.device ?? this.device;
        this.draw();
      }),
      onSetting(['statusBar'], () => this.draw()),
      onSetting(['device'], () => {
        // The device of an earlier run says nothing of the one that was just chosen.
        this.device = undefined;
        this.draw();
      }),
    ];
    this.draw();
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private draw(): void {
    const { active } = this.jobs;
    const { text, tooltip } = statusText(this.engine.state, active, this.device, setting('device'));
    this.item.text = text;
    this.item.tooltip = tooltip;
    this.item.accessibilityInformation = {
      label: `${category}: ${text.replace(/\$\([^)]*\)\s*/, '')}`,
    };
    const command: CommandId = active ? 'adapterLab.showAllocationMap' : 'adapterLab.selectDevice';
    this.item.command = {
      command,
      title: commands[command],
      // Whatever experiment is before the user's eyes: the run is this one's.
      arguments: active ? [vscode.Uri.file(active.experiment)] : [],
    };
    const when = chosen('statusBar');
    if (when === 'always' || (when === 'running' && active)) this.item.show();
    else this.item.hide();
  }
}
