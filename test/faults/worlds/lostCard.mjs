/**
 * Preloaded: a card that is lost behind `LOST_AFTER` submissions, as a reset of its driver does it: Dawn tells of it beside the calls,
 * and what is read back from then on is nothing. Nothing is lost where the number is 0.
 */
const after = Number(process.env.LOST_AFTER);
let submissions = 0;
let lose = () => undefined;
const lost = new Promise((resolve) => (lose = resolve));

/** Dawn puts its classes into the global object when it is loaded; they are changed there and then. */
function whenLoaded(name, change) {
  let value;
  Object.defineProperty(globalThis, name, {
    configurable: true,
    get: () => value,
    set: (loaded) => {
      change(loaded.prototype);
      value = loaded;
    },
  });
}

if (after > 0) {
  // What a device says of its end is its own property, not its class's.
  whenLoaded('GPUAdapter', (prototype) => {
    const requestDevice = prototype.requestDevice;
    prototype.requestDevice = async function (...given) {
      return Object.defineProperty(await requestDevice.apply(this, given), 'lost', { value: lost });
    };
  });
  whenLoaded('GPUQueue', (prototype) => {
    const submit = prototype.submit;
    prototype.submit = function (...given) {
      if (++submissions === after) lose({ reason: 'unknown', message: 'VK_ERROR_DEVICE_LOST' });
      return submit.apply(this, given);
    };
  });
}
