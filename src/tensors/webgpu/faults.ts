import { LabError } from '../../shared/errors';

/** The first thing that went wrong on the card: what follows it is mostly its consequence. */
let fault: LabError | undefined;

/** @throws LabError device-lost, device-failed, out-of-memory once the card has failed; its numbers are none from then on */
export function requireSoundGpu(): void {
  if (fault !== undefined) throw fault;
}

/** Listens to what a device tells: WebGPU reports errors beside the calls that made them. @param name of the card */
export function watch(device: GPUDevice, name: string): void {
  fault = undefined;
  device.onuncapturederror = ({ error }) => {
    fault ??= faultOf(error, name);
  };
  void device.lost.then(({ reason, message }) => {
    // Destroyed by us, when the process ends.
    if (reason === 'destroyed') return;
    fault ??= lost(name, message);
  });
}

/** @param error GPUOutOfMemoryError, GPUValidationError or GPUInternalError */
function faultOf(error: GPUError, name: string): LabError {
  const words = firstLine(error.message);
  if (error.constructor.name === 'GPUOutOfMemoryError' || /out of (device )?memory/i.test(words)) {
    return new LabError(
      'out-of-memory',
      `The memory of ${name} is full: ${words}`,
      'Lower score.max_length or score.batch_size, close what else uses the card, or choose another device.',
    );
  }
  return new LabError(
    'device-failed',
    `${name} could not compute what it was asked: ${words}`,
    'Choose another device, and report it with the log.',
  );
}

const lost = (name: string, message: string): LabError =>
  new LabError(
    'device-lost',
    `${name} was lost, as after a reset of its driver: ${firstLine(message)}`,
    'Resume the run; if it happens again, update the driver or choose another device.',
  );

const firstLine = (text: string): string => {
  const line = text.split('\n').find((words) => words.trim() !== '') ?? 'it gave no reason';
  return `${line.trim().replace(/\.$/, '')}.`;
};
