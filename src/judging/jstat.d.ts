/** The part of jStat that is used; it has no types of its own. */
declare module 'jstat' {
  export const jStat: {
    readonly studentt: {
      cdf(value: number, degrees: number): number;
      inv(share: number, degrees: number): number;
    };
  };
}
