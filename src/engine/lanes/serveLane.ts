import { toLabError } from '../../shared/errors';
import { belongToParent } from '../childProcess';
import { LocalLane } from './localLane';
import { laneArgument, type FromLane, type ToLane } from './messages';

/** Becomes a lane where this process was started as one; true until the parent is gone. */
export function servedLane(args: readonly string[]): boolean {
  if (!args.includes(laneArgument)) return false;
  const send = (message: FromLane): void => void process.send?.(message);
  belongToParent();
  let lane: LocalLane | undefined;
  const answer = async (message: ToLane): Promise<void> => {
    if (message.type === 'open') {
      lane = await LocalLane.open(message.options);
      send({ type: 'opened', device: lane.device });
      return;
    }
    const never = new AbortController().signal;
    const { order, settings } = message;
    await lane?.run(order, settings, (update) => send({ type: 'update', update }), never);
    send({ type: 'done', peakBytes: process.resourceUsage().maxRSS * 1024 });
  };
  process.on('message', (message: ToLane) => {
    answer(message).catch((thrown: unknown) => {
      const error = toLabError(thrown);
      if (error.code === 'internal' && thrown instanceof Error) process.stderr.write(`${thrown.stack}\n`);
      send({ type: 'failed', error: error.toPayload() });
    });
  });
  return true;
}
