import { LabError } from '../../shared/errors';
import { endError, forkSelf } from '../childProcess';
import { argumentOf, type ApartOrder, type FromApart, type ToApart } from './serveApart';

const names: Readonly<Record<ApartOrder['job'], string>> = {
  train: 'The training process',
  judge: 'The judging process',
  search: 'The search process',
  run: 'The search process',
};

/**
 * Does a job in a process of its own: a step of a training may take longer than a heartbeat, and a process has one device for
 * its life. It writes the run; whoever it leaves without an end by dying is told here how it died.
 *
 * @param told called after each write to the run's journal
 * @param signal the job stops behind the step that it is at
 * @throws LabError what ended the job
 */
export async function workApart(order: ApartOrder, told: () => void, signal: AbortSignal): Promise<void> {
  const child = forkSelf(argumentOf(order.job));
  const send = (message: ToApart): void => void child.send(message);
  const stop = (): void => {
    if (child.connected) send({ type: 'stop' });
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    await new Promise<void>((resolve, reject) => {
      child.on('message', (received) => {
        const message = received as FromApart;
        if (message.type === 'told') told();
        else if (message.type === 'done') resolve();
        else reject(LabError.fromPayload(message.error));
      });
      child.on('error', reject);
      child.on('exit', (code, ended) =>
        reject(
          endError(code, ended, names[order.job], 'Resume the run: it goes on from its last checkpoint.'),
        ),
      );
      send({ type: 'work', order });
      if (signal.aborted) stop();
    });
  } finally {
    signal.removeEventListener('abort', stop);
    child.kill('SIGKILL');
  }
}
