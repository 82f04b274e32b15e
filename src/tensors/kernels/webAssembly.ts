/** The parts of WebAssembly that we use. TypeScript has types for it in the DOM's library alone, which Node is not. */
export interface WasmMemory {
  readonly buffer: ArrayBufferLike;
}

export interface WasmModule {
  readonly _module: unique symbol;
}

interface WebAssemblyApi {
  validate(bytes: Uint8Array): boolean;
  readonly Module: {
    new (bytes: Uint8Array): WasmModule;
    imports(module: WasmModule): { module: string; name: string; kind: string }[];
  };
  readonly Instance: new (
    module: WasmModule,
    imports: Record<string, Record<string, unknown>>,
  ) => { readonly exports: unknown };
}

export const webAssembly = (globalThis as unknown as { readonly WebAssembly: WebAssemblyApi }).WebAssembly;
