/** By default tfjs asks for no limits, and a device then binds 128 MiB at most: less than one matrix of a large model. */
const wantedLimits = [
  'maxStorageBufferBindingSize',
  'maxBufferSize',
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupsPerDimension',
  'maxComputeWorkgroupSizeX',
  'maxComputeInvocationsPerWorkgroup',
  'maxStorageBuffersPerShaderStage',
] as const satisfies readonly (keyof GPUSupportedLimits)[];

/** Programs that pretend to be a card. Each is hundreds of times slower than the device `native`. */
const pretenders = /swiftshader|llvmpipe|lavapipe|software|basic render|warp/i;

/** The name of a card, as its driver tells it. Dawn's `description` is of the driver; software has no better name. */
export function nameOf(info: GPUAdapterInfo): string {
  const { description, device, architecture, vendor } = info;
  const names = isSoftware(info) ? [description, device] : [device, description];
  return (
    [...names, `${vendor} ${architecture}`].find((text) => text.trim() !== '')?.trim() ?? 'an unnamed card'
  );
}

/** Whether an adapter computes on the CPU. */
export const isSoftware = (info: GPUAdapterInfo): boolean =>
  (info as { isFallbackAdapter?: boolean }).isFallbackAdapter === true ||
  pretenders.test([info.vendor, info.architecture, info.device, info.description].join(' '));

/** What an adapter tells of itself; newer than the types that tfjs brings. */
export const infoOf = (adapter: GPUAdapter): GPUAdapterInfo =>
  (adapter as unknown as { info: GPUAdapterInfo }).info;

/** The largest card there is; undefined where the driver gives none. */
export const findAdapter = async (gpu: GPU): Promise<GPUAdapter | undefined> =>
  (await gpu.requestAdapter({ powerPreference: 'high-performance' })) ?? undefined;

/** A device with all the room that its adapter has. */
export function openAdapter(adapter: GPUAdapter): Promise<GPUDevice> {
  const limits: Record<string, number> = {};
  for (const name of wantedLimits) limits[name] = adapter.limits[name] as number;
  return adapter.requestDevice({ requiredLimits: limits });
}
