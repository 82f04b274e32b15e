/** Types of eslint.config.mjs for the test that compares its arrows with ARCHITECTURE.md. */
export const arrows: Readonly<Record<string, string[]>>;
declare const config: unknown[];
export default config;
