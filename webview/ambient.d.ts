// esbuild takes the imported style sheet out into its own file beside the bundle.
declare module '*.css';
