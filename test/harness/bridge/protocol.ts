/** One request and one answer per connection, each a line of JSON. */
export interface BridgeRequest {
  /** Source of a function `(vscode, args) => result`. */
  readonly source: string;
  readonly args?: unknown;
}

export type BridgeAnswer =
  { readonly value?: unknown } | { readonly error: { readonly message: string; readonly stack?: string } };

/** Names the folder of the sockets to the extension host. */
export const BRIDGE_VARIABLE = 'ADAPTER_LAB_TEST_BRIDGE';

/** The file that names the socket of the newest extension host. */
export const NEWEST = 'newest';
