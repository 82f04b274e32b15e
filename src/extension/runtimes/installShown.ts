import { join } from 'node:path';
import * as vscode from 'vscode';
import type { RuntimeRecord } from '../../files/runtimes';
import { installRuntime } from '../../files/runtimes/install';
import type { RuntimePlan } from '../../files/runtimes/plan';
import { runtimes } from '../../shared/runtimes';
import { reporter } from './installProgress';
import { npmEnvironment } from './npmEnvironment';
import type { RuntimesOfWindow } from './parts';

/** Installs a runtime under a notification with its progress, which the user can cancel. */
export const installShown = async (
  plan: RuntimePlan,
  sizes: readonly (number | undefined)[],
  { folder, extension, findNode }: RuntimesOfWindow,
): Promise<RuntimeRecord> => {
  const env = npmEnvironment(await findNode());
  const options: vscode.ProgressOptions = {
    location: vscode.ProgressLocation.Notification,
    title: `Installing ${runtimes[plan.id].title}`,
    cancellable: true,
  };
  return vscode.window.withProgress(options, (progress, token) => {
    const controller = new AbortController();
    token.onCancellationRequested(() => controller.abort());
    return installRuntime(plan, {
      folder,
      lock: join(extension, 'media', 'runtimes', plan.id),
      env,
      signal: controller.signal,
      progress: reporter(plan, sizes, (message, increment) => progress.report({ message, increment })),
    });
  });
};
