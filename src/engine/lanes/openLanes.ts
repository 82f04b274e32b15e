import type { Lane, LaneOptions } from './lane';
import { LocalLane } from './localLane';
import { ProcessLane } from './processLane';

/**
 * Opens lanes on one device: the first finds out which, the others take the same.
 * @param processes how many; 0 = this process alone
 * @throws LabError device-unavailable, or how a process ended
 */
export async function openLanes(
  options: Omit<LaneOptions, 'threads'>,
  processes: number,
  cores: number,
): Promise<Lane[]> {
  const threads = threadsOf(processes, cores);
  if (processes === 0) return [await LocalLane.open({ ...options, threads })];
  const lanes: Lane[] = [await ProcessLane.open({ ...options, threads })];
  try {
    const [{ device }] = lanes as [Lane];
    // One library for all cores, or a card: a second process would only wait for it.
    const more = device.device === 'native' || device.device === 'wasm' ? processes - 1 : 0;
    const rest = Array.from({ length: more }, () =>
      ProcessLane.open({ ...options, device: device.device, threads }),
    );
    const results = await Promise.allSettled(rest);
    for (const result of results) if (result.status === 'fulfilled') lanes.push(result.value);
    const refused = results.find((result) => result.status === 'rejected');
    if (refused !== undefined) throw refused.reason;
    return lanes;
  } catch (error) {
    await closeLanes(lanes);
    throw error;
  }
}

/** Threads of a product in each of so many processes. */
export const threadsOf = (processes: number, cores: number): number =>
  Math.max(1, Math.floor(cores / Math.max(1, processes)));

export const closeLanes = async (lanes: readonly Lane[]): Promise<void> => {
  await Promise.all(lanes.map((lane) => lane.close()));
};
